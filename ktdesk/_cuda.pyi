# SPDX-License-Identifier: Apache-2.0
"""GPU kernels of KTDesk, captured and replayed as CUDA graphs (native/cuda/bindings.cpp).

The launches that streams of every device have are in ktdesk/kernels/launches.pyi. Addresses are
integers; whoever passes one keeps its memory.
"""

from typing import final

from ktdesk import _native
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

class HandoffError(RuntimeError):
    """A step did not get its work done by the CPU: what it computed is worthless.

    The message names the job. The GPU does not wait any more.
    """

@final
class Handoff:
    """The CPU's work inside one captured graph, or inside steps that run eagerly.

    Captured: `request` and `wait` while the stream captures, then `begin_step`, the graph's replay
    and `finish_step` for every step. Eager: `request` and `wait` between these two. Must outlive
    the graph. One caller at a time.
    """

    def __init__(self, stream: Stream, backend: str, patience_s: float) -> None:
        """Hand over in a way that `calibrate_handoff` names.

        stream: where steps are launched. patience_s: how long one job may take. Raises ValueError
        for an unknown back end, CudaError for one that the driver has not.
        """

    def request(
        self,
        stream: Stream,
        graph: _native.Graph,
        name: str,  # for messages
        x: int,
        ids: int,
        weights: int,
        mapped_x: int,  # from here on in mapped memory
        mapped_ids: int,
        mapped_weights: int,
        values: int,  # of x: T * D, a multiple of 4
        pairs: int,  # of ids and weights: T * K
        /,
    ) -> int:
        """Launch: bring activations to the CPU, and let it replay a graph then.

        Returns the number to wait for, which must be done once. The graph is kept.
        """

    def wait(
        self, stream: Stream, number: int, result: int, start: int, out: int, values: int, /
    ) -> None:
        """Launch: wait for a request, then out = start + result.

        result: in mapped memory. start: 0 without one; may be out.
        """

    def begin_step(self) -> None:
        """Get ready, right before the step is launched. Raises HandoffError after a failure."""

    def finish_step(self) -> None:
        """Wait for all work of the stream. Raises HandoffError if the CPU's was not done."""

def calibrate_handoff(stream: Stream, /) -> list[tuple[str, float, str]]:
    """Try all back ends, for a second at most: name, microseconds per hand-off, what is wrong."""

def copy_inputs(stream: Stream, mapped: int, out: int, count: int, /) -> None:
    """Launch: copy int32 numbers of mapped memory to the GPU's."""
