# SPDX-License-Identifier: Apache-2.0
"""Predicted and measured speeds, kept: what was measured here corrects what is predicted next."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktdesk.settings.folders import data_folder
from ktdesk.whole_file import whole_file

log = logging.getLogger(__name__)

_MOST = 500  # that are kept, the newest
_LAST = 5  # that a correction is made of
_TEXTS = ("machine", "model", "placement", "work", "at")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A speed that was predicted and one that was measured, in tokens per second.

    machine: the key of the hardware. work: 'decode' or 'prefill'. placement: its name.
    """

    machine: str
    model: str
    placement: str
    work: str
    predicted: float
    measured: float
    at: str


def outcomes_path() -> Path:
    """Return where outcomes are kept."""
    return data_folder() / "speeds.json"


def read_outcomes() -> list[Outcome]:
    """Return what is kept, the oldest first; nothing if the file is missing or damaged."""
    path = outcomes_path()
    try:
        return [_outcome(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.warning("the speeds in %s cannot be read: %s", path, error)
        return []


def keep_outcomes(outcomes: Iterable[Outcome]) -> None:
    """Add outcomes to what is kept. Raises OSError if the disk does not take them."""
    kept = [*read_outcomes(), *outcomes][-_MOST:]
    with whole_file(outcomes_path()) as file:
        file.write(json.dumps([asdict(each) for each in kept], indent=1).encode())


def correction(outcomes: Iterable[Outcome], *, machine: str, model: str, work: str) -> float:
    """Return what predictions for this machine are to be multiplied by; 1 if nothing is known.

    What was measured of the same model counts; if there is nothing, of any model.
    """
    known = [o for o in outcomes if o.machine == machine and o.work == work and o.predicted > 0]
    same = [o for o in known if o.model == model]
    ratios = [o.measured / o.predicted for o in (same or known)[-_LAST:] if o.measured > 0]
    if not ratios:
        return 1.0
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    """Return an entry of the file in its types. Raises ValueError, TypeError, KeyError."""
    predicted, measured = float(entry["predicted"]), float(entry["measured"])
    if not (math.isfinite(predicted) and math.isfinite(measured)):
        raise ValueError(f"{predicted} and {measured} are no speeds")
    machine, model, placement, work, at = (str(entry[name]) for name in _TEXTS)
    return Outcome(machine, model, placement, work, predicted, measured, at)
