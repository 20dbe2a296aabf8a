# SPDX-License-Identifier: Apache-2.0
"""Which way of handing work from the GPU to the CPU is the fastest here: measured once.

What was measured stands in a file, by card and driver, since it takes a second.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from ktdesk.errors import DeviceError
from ktdesk.settings.folders import data_folder
from ktdesk.whole_file import whole_file

log = logging.getLogger(__name__)

# Names of `_cuda`; whoever changes what they do, or how they are measured, raises VERSION.
BACKENDS = ("host_node", "flag_kernel", "mem_op")
VERSION = 1

# Name, microseconds per hand-off, what is wrong with it ("" for nothing).
Measured = tuple[str, float, str]


def handoff_file() -> Path:
    """Return the path of the file that remembers."""
    return data_folder() / "handoff.json"


def choose_backend(
    card: str, driver: str, calibrate: Callable[[], list[Measured]], path: Path | None = None
) -> str:
    """Return the name of the fastest back end that passes its check on this card.

    card, driver: the card's name and the driver's version. calibrate: measures all back ends,
    `_cuda.calibrate_handoff`. path: `handoff_file()` by default. Raises DeviceError if none works.
    """
    path = path or handoff_file()
    known = _read(path)
    key = f"{card}, driver {driver}"
    if known.get(key) in BACKENDS:
        return known[key]
    measured = calibrate()
    for name, microseconds, problem in measured:
        log.info("hand-off by %s: %s", name, problem or f"{microseconds:.1f} microseconds")
    passed = [(microseconds, name) for name, microseconds, problem in measured if not problem]
    if not passed:
        reasons = "; ".join(f"{name}: {problem}" for name, _, problem in measured)
        raise DeviceError(
            f"{card} cannot hand work to the processor ({reasons}).",
            hint="Update the NVIDIA driver, or place all experts on one device.",
        )
    _write(path, known | {key: min(passed)[1]})
    return min(passed)[1]


def _read(path: Path) -> dict[str, str]:
    """Return what is remembered; nothing if the file cannot be used."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    content = cast("dict[str, Any]", data)
    backends: Any = content.get("backends")
    if content.get("version") != VERSION or not isinstance(backends, dict):
        return {}
    return cast("dict[str, str]", backends)


def _write(path: Path, backends: dict[str, str]) -> None:
    """Remember; where that is not possible it is measured again next time."""
    try:
        with whole_file(path) as file:
            file.write(json.dumps({"version": VERSION, "backends": backends}, indent=1).encode())
    except OSError as error:
        log.warning("%s could not be written: %s", path, error)
