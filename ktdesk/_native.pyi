# SPDX-License-Identifier: Apache-2.0
"""CPU kernels of KTDesk, captured and replayed like CUDA graphs (native/src/bindings.cpp).

The launches that streams of every device have are in ktdesk/kernels/launches.pyi.
"""

from typing import final

from ktdesk.kernels import launches
from ktdesk.kernels.launches import MatrixOf

@final
class Node:
    """Memory, and the cores next to it. id: the system's number."""

    @property
    def id(self) -> int: ...
    @property
    def memory_bytes(self) -> int:
        """0 if the system does not say."""

    @property
    def cores(self) -> list[list[int]]:
        """The hardware threads that this process may use, by core; fast cores first."""

def topology(root: str | None = None) -> list[Node]:
    """Return the nodes of this machine, or of one that Linux's files under `root` describe."""

@final
class ThreadPool:
    """Threads that split one loop at a time, one on each core as far as there are cores."""

    def __init__(self, threads: int, topology: list[Node] | None = None) -> None:
        """Start threads on the cores of this machine, or of a made-up one.

        Raises ValueError for a number that a pool does not take.
        """

    @property
    def threads(self) -> int: ...

class Flag:
    """Set from any thread to ask whoever looks at it to stop. It is never taken back."""

    def set(self) -> None: ...
    def is_set(self) -> bool: ...

@final
class Graph:
    """Launches captured from a stream."""

    def replay(self) -> None:
        """Run every launch again, in order, without the GIL."""

    @property
    def job(self) -> tuple[int, int]:
        """A C function and its argument, as addresses, that replay the graph on any thread.

        The graph must live for as long as anyone may call that.
        """

    def __len__(self) -> int: ...

@final
class Stream(launches.Stream):
    """Runs launches at once, or records them while it captures. One caller at a time."""

    def __init__(self, pool: ThreadPool, isa: str | None = None) -> None:
        """Launch the kernels of `isa` and below; by default what KTDESK_ISA says, else the best.

        Raises ValueError if this build has no such kernels.
        """

    def heed(self, flag: Flag | None, /) -> None:
        """Leave out, once the flag is set, what is left of launches and replays; None: do all.

        What they were to write is undefined then. The flag must live until another one is heeded.
        """

    def end_capture(self) -> Graph:
        """Return what was recorded. Raises RuntimeError if the stream does not capture."""

    def quantize(
        self,
        x: int,
        token_stride: int,
        group_stride: int,
        out: int,
        tokens: int,
        groups: int,
        width: int,
        /,
    ) -> None: ...
    def interleave(self, stored: MatrixOf, out: int, rows: int, /) -> None: ...
    def requantize(
        self, stored: MatrixOf, weight_type: int, out: int, out_row_bytes: int, rows: int, /
    ) -> None: ...
    def part_by_weight(
        self,
        ids: int,
        weights: int,
        heavy_ids: int,
        heavy_weights: int,
        light_ids: int,
        light_weights: int,
        tokens: int,
        experts_per_token: int,
        light: int,
        /,
    ) -> None: ...
    def scan(self, weight: MatrixOf, rows: int, /) -> int:
        """Read rows, without the GIL; return the first with a NaN or an infinity, or `rows`."""

@final
class MappedFile:
    """All bytes of a file, as a read-only buffer. The mapping goes with the last view of it.

    file: a descriptor open for reading, which may be closed afterwards. Raises OSError, or
    ValueError for a file without bytes.
    """

    def __init__(self, file: int) -> None: ...
    @property
    def is_lost(self) -> bool:
        """Whether reading has failed, since when all bytes are zero. Once true it stays so."""

    def __buffer__(self, flags: int, /) -> memoryview: ...

class Memory:
    """Writable bytes, zero at first, that go with the last view of them (buffer protocol)."""

    def __init__(self, size_bytes: int) -> None:
        """Ask the system. Raises ValueError for less than one byte, MemoryError if refused."""

    def __buffer__(self, flags: int, /) -> memoryview: ...

def place_rows(stream: Stream, data: int, matrices: int, rows: int, row_bytes: int, /) -> None: ...
def read_experts(
    stream: Stream, data: int, expert_bytes: int, plan: int, experts: int, /
) -> None: ...
def grants_huge_pages() -> bool:
    """Whether the system gives this process huge pages: it is asked for one."""

def isa() -> str | None:
    """Return the fastest instruction set in use; None if KTDESK_ISA names an unknown one."""

def isas() -> list[str]:
    """Return the instruction sets that this machine can run, fastest first."""

def all_isas() -> list[str]:
    """Return the instruction sets that this build has, fastest first."""

def instruction_sets() -> list[tuple[str, bool, bool]]:
    """Return those that products gain from: name, is in the processor, is granted by the system."""

def kernel_tables() -> dict[str, str]:
    """Return the instruction set that serves each kernel."""

def interleaved_row_bytes(weight_type: int, columns: int, /) -> int:
    """Return a row's share of the bytes of interleaved rows; 0 if the type has no such form."""
