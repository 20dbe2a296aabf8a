# SPDX-License-Identifier: Apache-2.0
"""Which model a command works with, and loading it with progress."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.cli.loaded_model import stage_line
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.engine import Engine
from ktdesk.errors import ModelFileError, SettingsError, did_you_mean
from ktdesk.runtime.progress import Report
from ktdesk.settings import EngineSettings, Settings, models_folder, save_settings

if TYPE_CHECKING:
    from ktdesk.library.demo import DemoModels
    from ktdesk.library.index import ModelEntry

log = logging.getLogger(__name__)


def found_models(settings: Settings) -> list[ModelEntry]:
    """Return the models in KTDesk's folder and in those of the settings."""
    from ktdesk.library.index import find_models

    return [entry for folder in model_folders(settings) for entry in find_models(folder)]


def model_folders(settings: Settings) -> list[Path]:
    """Return the folders in which models are looked for, KTDesk's own first."""
    return list(dict.fromkeys([models_folder(), *map(Path, settings.models.folders)]))


def choose_model(wanted: str | None, program: Program) -> Path:
    """Return the model file to use: a path, a model's name, the last one used, or the demo.

    Raises ModelFileError if nothing goes by that name.
    """
    if wanted:
        path = Path(wanted).expanduser()
        is_path = path.exists() or path.suffix == ".gguf" or path.name != wanted
        return path if is_path else _named(wanted, program.settings)
    last = program.settings.interface.last_model
    return Path(last) if last and Path(last).is_file() else demo_models(program).deepseek2


def demo_models(program: Program, source: Path | None = None) -> DemoModels:
    """Return the demo models; they are built, with progress, if they are not there.

    source: the model file to build them from, where it should not be fetched.
    """
    from ktdesk.library import demo

    models = demo.demo_models(models_folder(), source=source, progress=program.terminal.progress)
    program.terminal.clear_progress()
    return models


def load_model(
    program: Program, path: Path, settings: EngineSettings, *, placement: str = "auto"
) -> Engine:
    """Return an engine with the model loaded. Ctrl+C stops the loading: Cancelled."""
    engine = program.make_engine(settings.threads)
    with on_interrupt(engine.cancel_load):
        load_into(
            engine,
            path,
            settings,
            placement,
            lambda now: program.terminal.progress(stage_line(now), now.fraction),
        )
    program.terminal.clear_progress()
    return engine


def load_into(
    engine: Engine, path: Path, settings: EngineSettings, placement: str, progress: Report
) -> None:
    """Load a model into an engine as the settings say; see `Engine.load`."""
    engine.load(
        path,
        placement=placement,
        context_tokens=settings.context_tokens,
        cache_type=settings.cache_type,
        kept_bytes=settings.kept_mb * 1_000_000,
        vram_bytes=settings.vram_mb * 1_000_000,
        deferred_experts=settings.deferred_experts,
        progress=progress,
    )


def remember_model(program: Program, path: Path) -> None:
    """Make this the model that is used when none is named."""
    last_model = str(path.absolute())
    if program.settings.interface.last_model == last_model:
        return
    interface = dataclasses.replace(program.settings.interface, last_model=last_model)
    try:
        save_settings(dataclasses.replace(program.settings, interface=interface))
    except SettingsError as error:
        log.warning("%s", error)


def _named(name: str, settings: Settings) -> Path:
    from ktdesk.library.index import named

    entries = [entry for entry in found_models(settings) if not entry.problem]
    if entry := named(entries, name):
        return entry.path
    known = did_you_mean(name, [entry.path.stem for entry in entries]) if entries else ""
    raise ModelFileError(
        Path(name),
        f"No model is called {name!r}.{known}",
        hint="`ktdesk models` lists the models that were found; or give the path of a .gguf file.",
    )
