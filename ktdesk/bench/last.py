# SPDX-License-Identifier: Apache-2.0
"""The last measurements of each model on this machine, and what has changed since.

One JSON file in KTDesk's data folder for each model, machine and choice of settings.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktdesk.settings import data_folder

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of several measurements, and their ends."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure's median has changed. is_noise: the measurements of both runs overlap."""

    percent: float
    is_noise: bool


class LastBench:
    """Where the last result for some settings is kept. settings: what makes runs comparable."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        text = json.dumps(settings, sort_keys=True, default=str)
        name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
        self._path = _folder() / name

    def read(self) -> dict[str, Any] | None:
        """Return the last result, or None; one that cannot be read counts as none."""
        return _read(self._path)

    def write(self, result: Mapping[str, Any]) -> None:
        """Keep a result for the next time; if that is not possible, there is none next time."""
        part = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(result, default=str), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            log.warning("The measurements cannot be kept in %s: %s", self._path, error)


def kept_results() -> list[dict[str, Any]]:
    """Return the last result of every model and settings, the newest first."""
    found = [result for path in _folder().glob("*.json") if (result := _read(path))]
    return sorted(found, key=lambda result: str(result.get("measured_at")), reverse=True)


def changes(now: Mapping[str, Spread], last: Mapping[str, Any]) -> dict[str, Change]:
    """Return how each figure that `last` has as well has changed."""
    found: dict[str, Change] = {}
    for name, spread in now.items():
        before = _spread(last.get(name))
        if before and before.median:
            percent = (spread.median / before.median - 1) * 100
            is_noise = spread.low <= before.high and before.low <= spread.high
            found[name] = Change(percent, is_noise)
    return found


def _folder() -> Path:
    return data_folder() / "bench" / "last"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        log.warning("The last measurements cannot be read from %s: %s", path, error)
        return None


def _spread(value: Any) -> Spread | None:
    try:
        return Spread(*(float(value[end]) for end in ("median", "low", "high")))
    except (KeyError, TypeError, ValueError):
        return None
