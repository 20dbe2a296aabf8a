# SPDX-License-Identifier: Apache-2.0
"""The limits of this machine: reading memory as `ktdesk doctor --measure` does, and the peaks of
its products, from a small program that is built when it is needed.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ktdesk.probes.reading import MemoryProbe
from tests.bench.programs import BenchError, build, cache_folder, run

_SOURCES = Path(__file__).parent / "probe"


class Probe:
    """Measures with as many threads as the engines have. Its building may raise BenchError."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._memory = MemoryProbe(threads)
        sources = b"".join(path.read_bytes() for path in sorted(_SOURCES.iterdir()))
        folder = cache_folder() / f"probe-{hashlib.sha256(sources).hexdigest()[:12]}"
        self._program = folder / f"probe{'.exe' if os.name == 'nt' else ''}"
        if not self._program.is_file():
            build(_SOURCES, folder, "probe")

    def read_gb_per_s(self) -> float:
        """Return how much is read from memory now, which other programs make less."""
        return self._memory.bytes_per_s(self._threads) * 1e-9

    def gop_per_s(self, numbers: str) -> dict[str, float]:
        """Return the peak of each kind of instruction for 'int8' or 'bf16'; none may be known."""
        return self._lines(numbers)

    def _lines(self, what: str) -> dict[str, float]:
        done = run([self._program, what, self._threads], timeout_s=120)
        pairs = (line.split() for line in done.splitlines())
        try:
            return {name: float(number) for name, number in pairs}
        except ValueError:
            raise BenchError(f"The probe said something else than numbers: {done!r}.") from None
