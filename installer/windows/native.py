# SPDX-License-Identifier: Apache-2.0
"""Builds the native tests and the native module for Windows with MinGW, and tries the tests.

For tests: what is shipped is built with clang-cl on Windows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pybind11

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "native-windows"  # that of the preset `windows`
SUFFIX = ".cp311-win_amd64.pyd"
# The stack of 64-bit Windows is aligned to 16 bytes, and some builds of GCC move wider registers to
# and from it as if to more (their bug 54412). That fails sometimes, and on Windows only.
ALIGNED_MOVE = re.compile(r"\bvmov(ap[sd]|dqa(32|64)?)\s")
WIDE_AND_STACK = re.compile(r"%[yz]mm\d+,.*\(%r[sb]p|\(%r[sb]p.*%[yz]mm\d+")


def build_module(python: Path, jobs: str = "2") -> Path:
    """Return ktdesk._native for the Windows Python in a folder."""
    configure(python)
    call("cmake", "--build", BUILD, "--target", "_native", "native_tests", "--parallel", jobs)
    module = BUILD / f"_native{SUFFIX}"
    refuse_aligned_spills([module, *BUILD.glob("tests/test_*.exe")])
    return module


def configure(python: Path) -> None:
    """Configure the preset, with the module for a Python that does not run here."""
    places = {
        "pybind11_DIR": pybind11.get_cmake_dir(),
        "PYBIND11_USE_CROSSCOMPILING": "ON",
        "PYTHON_MODULE_EXT_SUFFIX": SUFFIX,
        "PYTHON_MODULE_DEBUG_POSTFIX": "",
        "PYTHON_IS_DEBUG": "OFF",
        "Python_EXECUTABLE": sys.executable,
        "Python_INCLUDE_DIR": python / "include",
        "Python_LIBRARY": python / "libs" / "python311.lib",
        "KT_BUILD_MODULE": "ON",
    }
    call("cmake", "-S", "native", "--preset", "windows", *(f"-D{k}={v}" for k, v in places.items()))


def run_tests(environment: dict[str, str]) -> None:
    """Run the native tests under Wine, whose environment this is."""
    call("ctest", "--test-dir", BUILD, "--output-on-failure", "--timeout", "600", **environment)


def refuse_aligned_spills(programs: Iterable[Path]) -> None:
    """End this process if a program stores wide registers on the stack as if it were aligned."""
    for program in programs:
        command = ["x86_64-w64-mingw32-objdump", "--disassemble", "--no-show-raw-insn", program]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:
            found = [line.strip() for line in listing.stdout or [] if is_aligned_spill(line)]
        if listing.returncode:
            raise SystemExit(f"{program} cannot be disassembled.")
        if found:
            raise SystemExit(f"{program.name} has {len(found)} aligned spills, first: {found[0]}")
        print(f"{program.name}: no aligned spills")


def is_aligned_spill(instruction: str) -> bool:
    """Whether a line of a listing moves a wide register between it and an aligned stack."""
    return bool(ALIGNED_MOVE.search(instruction) and WIDE_AND_STACK.search(instruction))


def call(*command: str | Path, **environment: str) -> None:
    """Run a program, those of this Python's environment first. Raises CalledProcessError."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | environment | {"PATH": path})
