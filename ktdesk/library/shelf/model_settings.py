# SPDX-License-Identifier: Apache-2.0
"""Settings of single models, kept by what is in their files: a model may be moved and renamed."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from ktdesk.errors import LibraryError
from ktdesk.settings import (
    EngineSettings,
    SamplingSettings,
    Section,
    allowed_among,
    data_folder,
)
from ktdesk.whole_file import whole_file

log = logging.getLogger(__name__)

_VERSION = 1  # raised when what is kept changes its meaning
_MAX_BYTES = 16 << 20  # a model takes some hundreds
_MAX_TEXT = 4096  # characters of the path of a placement

S = TypeVar("S", bound=Section)

_changing = threading.Lock()


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What was chosen for one model; what was not follows the settings of all.

    placement: as `Engine.load` takes it, or ''. engine, sampling: values by the names of settings.
    """

    placement: str = ""
    engine: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sampling: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def over(self, section: S) -> S:
        """Return settings of all models with this one's own over them."""
        own = self.engine if isinstance(section, EngineSettings) else self.sampling
        return replace(section, **own)

    def choosing(
        self, placement: str | None, engine: Mapping[str, Any], of_all: EngineSettings
    ) -> ModelSettings:
        """Return the same with a placement, if one is given, and values of the engine's settings.

        Values that are the same for all models become this one's own only if they were before.
        """
        new = {
            name: value
            for name, value in engine.items()
            if name in self.engine or value != getattr(of_all, name)
        }
        return replace(self, placement=placement or self.placement, engine={**self.engine, **new})


def model_settings_file() -> Path:
    """Return the path of the file."""
    return data_folder() / "model-settings.json"


def read_model_settings(key: str, path: Path | None = None) -> ModelSettings:
    """Return the settings of a model; what is damaged of them is left out. Never fails.

    key: of `content_key`. path: `model_settings_file()` by default.
    """
    try:
        return _settings(_read(path or model_settings_file()).get(key))
    except LibraryError as error:
        log.warning("%s %s", error, error.hint)
        return ModelSettings()


def write_model_settings(key: str, settings: ModelSettings, path: Path | None = None) -> None:
    """Keep the settings of a model; those without any value are forgotten.

    What other versions keep of other models stays. A file that cannot be used is set aside. Raises
    LibraryError if they cannot be written.
    """
    path = path or model_settings_file()
    with _changing:
        try:
            models = _read(path)
        except LibraryError as error:
            log.warning("%s %s", error, error.hint)
            models = _set_aside(path)
        models[key] = asdict(settings)
        if settings == ModelSettings():
            del models[key]
        try:
            with whole_file(path) as file:
                file.write(json.dumps({"version": _VERSION, "models": models}, indent=1).encode())
        except OSError as error:
            raise LibraryError(
                f"The settings of the model cannot be kept in {path}: {error.strerror}.",
                hint="Make the folder writable, or free space on its disk.",
            ) from error


def _read(path: Path) -> dict[str, Any]:
    """Return what the file holds, by key. Raises LibraryError if it cannot be used."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        content: Any = json.loads(raw) if len(raw) <= _MAX_BYTES else None
        if content["version"] != _VERSION:
            raise LibraryError(
                f"{path} is of another version of KTDesk.", hint="Its settings are not used."
            )
        models: Any = content["models"]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _unusable(path) from error
    if not isinstance(models, dict):
        raise _unusable(path)
    return cast("dict[str, Any]", models)


def _unusable(path: Path) -> LibraryError:
    return LibraryError(
        f"The settings of single models, {path}, cannot be read.", hint="They are not used."
    )


def _set_aside(path: Path) -> dict[str, Any]:
    try:
        path.replace(path.with_name(path.name + ".broken"))
    except OSError as error:
        log.warning("%s could not be set aside: %s", path, error)
    return {}


def _settings(entry: Any) -> ModelSettings:
    if not isinstance(entry, dict):
        return ModelSettings()
    values = cast("dict[str, Any]", entry)
    placement = values.get("placement")
    return ModelSettings(
        placement if isinstance(placement, str) and len(placement) <= _MAX_TEXT else "",
        allowed_among(EngineSettings, values.get("engine")),
        allowed_among(SamplingSettings, values.get("sampling")),
    )
