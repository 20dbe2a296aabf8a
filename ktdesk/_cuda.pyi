# SPDX-License-Identifier: Apache-2.0
"""GPU kernels of KTDesk, captured and replayed as CUDA graphs (native/cuda/bindings.cpp).

The launches that streams of every device have are in ktdesk/kernels/launches.pyi. Addresses are
integers; whoever passes one keeps its memory.
"""

from collections.abc import Sequence
from typing import final

from ktdesk.kernels import launches
from ktdesk.kernels.launches import MatrixOf

@final
class Graph:
    """Launches captured from a stream."""

    def replay(self) -> None:
        """Launch all of them again, in one launch; it does not wait."""

@final
class Stream(launches.Stream):
    """Runs launches in order, or records them while it captures. One caller at a time."""

    def __init__(self, arena: Arena) -> None: ...
    @property
    def is_gpu(self) -> bool: ...
    @property
    def reads_host(self) -> bool: ...
    @property
    def has_tiles(self) -> bool: ...
    def attention_sections(self, tokens: int, heads: int, kv_heads: int) -> int:
        """Return into how many sections attention had best split the cache rows, at most."""

    def synchronize(self) -> None:
        """Wait for all that was launched. Raises CudaError if some of it failed."""

    def begin_capture(self) -> None:
        """Wait for all that was launched; record launches from now on."""

    def end_capture(self) -> Graph:
        """Return what was recorded; launches run again."""

    def deinterleave(self, interleaved: MatrixOf, out: int, rows: int, /) -> None:
        """Write interleaved rows as they are in the file."""

    def add_rows(self, x: int, rows: int, out: int, count: int, width: int, /) -> None:
        """Add each row to the one of `out` that is named."""

@final
class ExpertStream:
    """Brings experts' weights to the card, through a ring of slots. One caller at a time."""

    def __init__(
        self, stream: Stream, pinned: int, device: int, slot_bytes: int, slots: int, threads: int
    ) -> None: ...
    def begin(self, experts: Sequence[Sequence[tuple[int, int, int]]]) -> None:
        """Begin to bring experts, each as parts: address, bytes, where in the slot."""

    def take(self, stream: Stream) -> int:
        """Return the slot of the next expert, which launches on the stream see from now on."""

    def give_back(self, stream: Stream) -> None:
        """Let the slot that was taken first be filled again after what has been launched."""
