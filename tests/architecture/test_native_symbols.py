# SPDX-License-Identifier: Apache-2.0
"""Code made for one instruction set must not leak into the baseline.

The linker keeps one copy of an inline function. If a file compiled for AVX-512 exported one, that
copy could serve the whole program and end it on a machine without AVX-512. So each object exports
its table of kernels and nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ktdesk import _native

NATIVE = Path(__file__).parents[2] / "native"
ISAS = sorted(path.stem for path in (NATIVE / "isa").glob("*.cpp"))
# The environment that runs the tests carries cmake and ninja.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def run(*command: str | Path) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, env={**os.environ, "PATH": PATH}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the files of all instruction sets.

    Without optimisation, so that nothing is inlined and hidden: what could leak then does.
    """
    needed = ("cmake", "ninja", os.environ.get("CXX", "c++"), "nm")
    missing = [tool for tool in needed if not shutil.which(tool, path=PATH)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("native")
    options = ("-DKT_BUILD_MODULE=OFF", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0")
    run("cmake", "-S", NATIVE, "-B", folder, "-G", "Ninja", *options)
    targets = [f"kt_{isa}" for isa in ISAS]
    run("cmake", "--build", folder, "-j", "2", "--target", *targets)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("isa", ISAS)
def test_an_object_exports_only_its_table(build: Path, isa: str) -> None:
    (compiled,) = build.glob(f"CMakeFiles/kt_{isa}.dir/isa/{isa}.cpp.*")
    lines = run("nm", "--extern-only", "--defined-only", "--demangle", compiled).splitlines()
    assert [line.split(maxsplit=2)[2] for line in lines] == [f"kt::{isa}::kTable"]


def test_every_file_is_in_the_build() -> None:
    assert sorted(_native.all_isas()) == ISAS
