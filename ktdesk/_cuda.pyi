# SPDX-License-Identifier: Apache-2.0
"""GPU kernels of KTDesk, captured and replayed as CUDA graphs (native/cuda/bindings.cpp).

The launches that streams of every device have are in ktdesk/kernels/launches.pyi. Addresses are
integers; whoever passes one keeps its memory.
"""

from typing import final

from ktdesk.kernels import launches

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
