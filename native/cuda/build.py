# SPDX-License-Identifier: Apache-2.0
"""Build ktdesk._cuda and put it beside ktdesk._native: `make cuda`.

Arguments: the architectures to compile for, 89 for instance; without any, all that KTDesk serves.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from toolchain import ROOT, find_nvcc

PLACE = ROOT / "build" / f"cuda-{sys.implementation.cache_tag}"
TOOLS = Path(sys.executable).parent


def main(*architectures: str) -> None:
    """Configure, build, copy."""
    chosen = ";".join(f"{number}-real" for number in architectures)
    options = {
        "CMAKE_BUILD_TYPE": "Release",
        "CMAKE_CUDA_COMPILER": find_nvcc().as_posix(),
        "KT_BUILD_CUDA": "ON",
        "KT_BUILD_MODULE": "OFF",
        "Python_EXECUTABLE": Path(sys.executable).as_posix(),
        "pybind11_DIR": pybind11_folder(),
        **({"KT_CUDA_ARCHITECTURES": chosen} if chosen else {}),
    }
    cmake = TOOLS / "cmake"
    defined = [f"-D{name}={value}" for name, value in options.items()]
    undefined = [] if chosen else ["-UKT_CUDA_ARCHITECTURES"]  # those of the last time
    configure = [cmake, "-S", ROOT / "native", "-B", PLACE, "-G", "Ninja", *undefined, *defined]
    subprocess.run([*configure, f"-DCMAKE_MAKE_PROGRAM={(TOOLS / 'ninja').as_posix()}"], check=True)
    subprocess.run([cmake, "--build", PLACE, "--target", "_cuda"], check=True)
    (module,) = (PLACE / "cuda").glob("_cuda*.pyd" if sys.platform == "win32" else "_cuda*.so")
    print(f"Built {shutil.copy(module, beside_native())}")


def pybind11_folder() -> str:
    """Return where CMake finds pybind11."""
    import pybind11

    return pybind11.get_cmake_dir()


def beside_native() -> Path:
    """Return the folder of ktdesk._native, from which this module is imported too."""
    spec = find_spec("ktdesk._native")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
