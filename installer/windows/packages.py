# SPDX-License-Identifier: Apache-2.0
"""What of requirements.lock a Windows needs, found out on another system."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[2] / "requirements.lock"
PYTHON = "3.11.9"
# pip asks its own system about markers, whatever platform it downloads for.
WINDOWS = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": PYTHON,
    "python_version": "3.11",
    "sys_platform": "win32",
}


def pins_for_windows(*roots: str) -> list[str]:
    """Return the pins of some packages and of all that they need."""
    pins = read_pins()
    names: set[str] = set()
    todo = [Requirement(root) for root in roots]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        asked = todo.pop()
        key = (canonicalize_name(asked.name), frozenset(asked.extras))
        if key not in seen:
            seen.add(key)
            names.add(key[0])
            todo += needs(asked)
    return [pins[name] for name in sorted(names) if name in pins]


def read_pins() -> dict[str, str]:
    """Return the lines of the lock that apply to Windows, by their packages' names."""
    lines = [line.partition("#")[0].strip() for line in LOCK.read_text("utf-8").splitlines()]
    found = [Requirement(line) for line in lines if line]
    return {
        canonicalize_name(pin.name): f"{pin.name}{pin.specifier}" for pin in found if applies(pin)
    }


def needs(asked: Requirement) -> list[Requirement]:
    """Return what a package needs on Windows. One that is for Windows only needs nothing more."""
    try:
        found = distribution(asked.name).requires or []
    except PackageNotFoundError:
        return []
    extras = [*asked.extras] or [""]
    needed = [Requirement(line) for line in found]
    return [each for each in needed if any(applies(each, extra) for extra in extras)]


def applies(requirement: Requirement, extra: str = "") -> bool:
    """Whether a requirement is meant for Windows."""
    return requirement.marker is None or requirement.marker.evaluate(WINDOWS | {"extra": extra})
