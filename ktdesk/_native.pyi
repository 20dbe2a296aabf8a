# SPDX-License-Identifier: Apache-2.0
"""CPU kernels of KTDesk, captured and replayed like CUDA graphs (native/src/bindings.cpp).

A launch takes addresses of memory as integers, and strides in elements unless the name says bytes.
Nothing is checked here: ktdesk/kernels/cpu.py does that.
"""

from typing import final

MatrixOf = tuple[int, int, int, int, int]  # address, type, bytes of a row, columns, layout
ActivationsOf = tuple[
    int, int, int, int
]  # address, bytes from token to token, group to group, form

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

@final
class Graph:
    """Launches captured from a stream."""

    def replay(self) -> None:
        """Run every launch again, in order, without the GIL."""

    def __len__(self) -> int: ...

@final
class Stream:
    """Runs launches at once, or records them while it captures. One caller at a time."""

    def __init__(self, pool: ThreadPool, isa: str | None = None) -> None:
        """Launch the kernels of `isa` and below; by default what KTDESK_ISA says, else the best.

        Raises ValueError if this build has no such kernels.
        """

    @property
    def has_tiles(self) -> bool:
        """Whether products also take activations in bfloat16."""

    def begin_capture(self) -> None:
        """Record launches from now on. Raises RuntimeError if the stream captures already."""

    def end_capture(self) -> Graph:
        """Return what was recorded. Raises RuntimeError if the stream does not capture."""

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

def kernel_tables() -> dict[str, str]:
    """Return the instruction set that serves each kernel."""

def embed(
    stream: Stream,
    weight: MatrixOf,
    tokens: int,
    out: int,
    count: int,
    /,
) -> None: ...
def rms_norm(
    stream: Stream,
    x: int,
    x_token: int,
    x_group: int,
    weight: int,
    out: int,
    out_token: int,
    out_group: int,
    tokens: int,
    groups: int,
    width: int,
    eps: float,
    /,
) -> None: ...
def quantize(
    stream: Stream,
    x: int,
    token_stride: int,
    group_stride: int,
    out: int,
    tokens: int,
    groups: int,
    width: int,
    /,
) -> None: ...
def interleaved_row_bytes(weight_type: int, columns: int, /) -> int:
    """Return a row's share of the bytes of interleaved rows; 0 if the type has no such form."""

def interleave(stream: Stream, stored: MatrixOf, out: int, rows: int, /) -> None: ...
def to_bf16(
    stream: Stream,
    x: int,
    token_stride: int,
    group_stride: int,
    out: int,
    out_token: int,
    out_group: int,
    tokens: int,
    groups: int,
    width: int,
    /,
) -> None: ...
def linear(
    stream: Stream,
    weight: MatrixOf,
    x: ActivationsOf,
    out: int,
    out_token: int,
    out_group: int,
    tokens: int,
    groups: int,
    outputs: int,
    /,
) -> None: ...
def rope_table(
    stream: Stream,
    positions: int,
    frequencies: int,
    scale: float,
    out: int,
    tokens: int,
    pairs: int,
    /,
) -> None: ...
def rope(
    stream: Stream,
    x: int,
    x_token: int,
    x_head: int,
    table: int,
    out: int,
    out_token: int,
    out_head: int,
    tokens: int,
    heads: int,
    pairs: int,
    interleaved: bool,
    /,
) -> None: ...
def store_rows(
    stream: Stream,
    rows: int,
    rows_stride: int,
    positions: int,
    cache: int,
    cache_row_bytes: int,
    cache_type: int,
    tokens: int,
    width: int,
    /,
) -> None: ...
def load_rows(
    stream: Stream,
    cache: int,
    cache_row_bytes: int,
    cache_type: int,
    out: int,
    out_row: int,
    out_head: int,
    rows: int,
    heads: int,
    width: int,
    /,
) -> None: ...

# Address, strides from row to row and from head to head; those of a cache in bytes.
_Heads = tuple[int, int, int]
# Positions, places; sinks, 0 without them; window and chunk, 0 without a limit.
_Sight = tuple[int, int, int, int, int]

def attention(
    stream: Stream,
    q: _Heads,
    k: _Heads,
    v: _Heads,
    cache_type: int,
    rounds: bool,
    sight: _Sight,
    out: _Heads,
    sections: int,  # unused if max_sections is 1
    max_sections: int,
    tokens: int,
    heads: int,
    kv_heads: int,
    key_size: int,
    value_size: int,
    scale: float,
    /,
) -> None: ...
def attention_merge(
    stream: Stream,
    q: _Heads,
    k: _Heads,
    v: _Heads,
    cache_type: int,
    rounds: bool,
    sight: _Sight,
    out: _Heads,
    sections: int,  # unused if max_sections is 1
    max_sections: int,
    tokens: int,
    heads: int,
    kv_heads: int,
    key_size: int,
    value_size: int,
    scale: float,
    /,
) -> None: ...
def add(stream: Stream, x: int, y: int, out: int, count: int, factor: float, /) -> None: ...
def bias_rows(
    stream: Stream, x: int, x_stride: int, bias: int, rows: int, width: int, /
) -> None: ...
def weigh_rows(
    stream: Stream,
    x: int,
    x_stride: int,
    weights: int,
    weights_stride: int,
    out: int,
    out_stride: int,
    rows: int,
    width: int,
    is_logit: bool,
    /,
) -> None: ...
def router(
    stream: Stream,
    logits: int,
    bias: int,  # 0 without one
    ids: int,
    weights: int,
    tokens: int,
    experts: int,
    experts_per_token: int,
    groups: int,
    groups_used: int,
    scale: float,
    is_sigmoid: bool,
    normalize: bool,
    /,
) -> None: ...
def expert_plan(stream: Stream, ids: int, plan: int, pairs: int, experts: int, /) -> None: ...
def experts_up(
    stream: Stream,
    gate: MatrixOf,
    up: MatrixOf,
    gate_bias: int,  # 0 without one
    up_bias: int,
    gate_x: ActivationsOf,
    up_x: ActivationsOf,
    plan: int,
    hidden: ActivationsOf,
    pairs: int,
    experts: int,
    outputs: int,
    pairs_per_token: int,
    activation: int,
    /,
) -> None: ...
def experts_down(
    stream: Stream,
    weight: MatrixOf,
    bias: int,  # 0 without one
    hidden: ActivationsOf,
    plan: int,
    weights: int,
    start: int,  # 0 for zeros
    out: int,
    tokens: int,
    pairs: int,
    experts: int,
    outputs: int,
    /,
) -> None: ...
def scan(stream: Stream, weight: MatrixOf, rows: int, /) -> int:
    """Read rows, without the GIL; return the first with a NaN or an infinity, or `rows`."""
