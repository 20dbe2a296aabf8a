# SPDX-License-Identifier: Apache-2.0
"""What does not go into the frozen program, though it lies in the environment that makes it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# Parts of needed packages that nothing here reaches; torch asks for some only in its compilers.
# And readline, which is under the GPL: without it, lines in the terminal are edited less well.
UNUSED = (
    "PySide6.QtDBus", "PySide6.QtNetwork", "PySide6.QtOpenGL", "PySide6.QtQml",
    "PySide6.QtQuick", "PySide6.QtTest", "mpmath", "networkx", "readline", "setuptools",
    "sympy", "tkinter", "torch._inductor", "torch.onnx", "torch.utils.tensorboard",
)  # fmt: skip

# Taken from the user's system, where drivers of graphics cards may need a newer one than ours.
OF_THE_SYSTEM = ("libstdc++.so", "libgcc_s.so")


def left_out() -> list[str]:
    """Return the modules that are not to be collected."""
    return [*UNUSED, *foreign_modules(needed_distributions(declared_dependencies()))]


def declared_dependencies() -> list[str]:
    """Return what KTDesk says it needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["dependencies"]


def needed_distributions(requirements: Iterable[str]) -> set[str]:
    """Return the installed distributions that requirements need, and those that these need."""
    needed: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        if name in needed or (
            requirement.marker and not requirement.marker.evaluate({"extra": ""})
        ):
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        needed.add(name)
        waiting += distribution.requires or []
    return needed


def foreign_modules(needed: set[str]) -> list[str]:
    """Return the top-level modules that only other distributions provide: tools of developers."""
    return sorted(
        module
        for module, names in metadata.packages_distributions().items()
        if module.isidentifier()
        and module not in ("ktdesk", "ui")
        and needed.isdisjoint(map(canonicalize_name, names))
    )


def is_wanted(entry: tuple[str, str, str]) -> bool:
    """Whether a file that PyInstaller has found goes into the program."""
    return not Path(entry[0]).name.startswith(OF_THE_SYSTEM)
