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
# Shows that the module can be imported, also where there is no card.
TRIAL = """
from ktdesk import _cuda
facts = _cuda.facts()
print(*(card.problem.text or f"It can use {card.name}." for card in facts.devices),
      facts.problem.text)
"""


def main(*architectures: str) -> None:
    """Configure, build, copy."""
    nvcc = find_nvcc().as_posix()
    chosen = ";".join(f"{number}-real" for number in architectures)
    options = {
        "CMAKE_BUILD_TYPE": "Release",
        "CMAKE_CUDA_COMPILER": nvcc,
        "KT_BUILD_CUDA": "ON",
        "KT_BUILD_MODULE": "OFF",
        "CMAKE_MAKE_PROGRAM": (TOOLS / "ninja").as_posix(),
        "Python_EXECUTABLE": Path(sys.executable).as_posix(),
        "pybind11_DIR": pybind11_folder(),
        # As for ktdesk._native; nvcc itself works with MSVC.
        **({"CMAKE_CXX_COMPILER": "clang-cl"} if sys.platform == "win32" else {}),
        **({"KT_CUDA_ARCHITECTURES": chosen} if chosen else {}),
    }
    defined = [f"-D{name}={value}" for name, value in options.items()]
    undefined = [] if chosen else ["-UKT_CUDA_ARCHITECTURES"]  # those of the last time
    fresh = ["--fresh"] if was_made_with_another(nvcc) else []
    folders = ["-S", ROOT / "native", "-B", PLACE]
    cmake = TOOLS / "cmake"
    subprocess.run([cmake, *fresh, *folders, "-G", "Ninja", *undefined, *defined], check=True)
    subprocess.run([cmake, "--build", PLACE, "--target", "_cuda"], check=True)
    (module,) = (PLACE / "cuda").glob("_cuda*.pyd" if sys.platform == "win32" else "_cuda*.so")
    print(f"Built {put(module, beside_native())}.", flush=True)
    subprocess.run([sys.executable, "-c", TRIAL], check=True)


def put(module: Path, folder: Path) -> Path:
    """Put the module into a folder in one step: one that is in use there must not change."""
    new = folder / f"{module.name}.new"
    shutil.copy(module, new)
    return new.replace(folder / module.name)


def was_made_with_another(nvcc: str) -> bool:
    """Whether what was configured before names another compiler, which CMake cannot change."""
    cache = PLACE / "CMakeCache.txt"
    return cache.is_file() and f"={nvcc}\n" not in cache.read_text(encoding="utf-8")


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
