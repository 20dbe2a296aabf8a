# SPDX-License-Identifier: Apache-2.0
"""GPU kernels of KTDesk, captured and replayed as CUDA graphs (native/cuda/bindings.cpp).

The launches that streams of every device have are in ktdesk/kernels/launches.pyi. Addresses are
integers; whoever passes one keeps its memory.
"""

from collections.abc import Sequence
from typing import Any, final

from numpy.typing import NDArray

from ktdesk import _native
from ktdesk.kernels import launches
from ktdesk.kernels.launches import MatrixOf

ARCHITECTURES: str  # what this build has code for: "80-real 120-virtual" for instance

@final
class Problem:
    """What is wrong, and what to do about it. False if nothing is."""

    @property
    def text(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    def __bool__(self) -> bool: ...

@final
class DeviceFacts:
    """One card."""

    @property
    def index(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def compute_capability(self) -> tuple[int, int]: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def free_bytes(self) -> int | None:
        """None if the driver does not tell."""

    @property
    def multiprocessors(self) -> int: ...
    @property
    def pci_address(self) -> str:
        """For instance "0000:65:00.0"."""

    @property
    def problem(self) -> Problem:
        """Why the card cannot be used."""

@final
class Facts:
    """The driver and its cards. Versions are of CUDA: 13000 is 13.0."""

    @property
    def runtime_version(self) -> int: ...
    @property
    def driver_version(self) -> int:
        """The newest that the driver supports; 0 without a driver."""

    @property
    def driver(self) -> str:
        """The driver's release, "580.65.06" for instance; empty if it is not known."""

    @property
    def devices(self) -> list[DeviceFacts]: ...
    @property
    def problem(self) -> Problem:
        """Why there are no devices."""

def facts() -> Facts:
    """Look at driver and cards, without a context on any. Raises nothing."""

@final
class DeviceMemory:
    """A card's memory, of which a context takes a part."""

    @property
    def total_bytes(self) -> int: ...
    @property
    def free_bytes(self) -> int: ...
    @property
    def context_bytes(self) -> int: ...

def open_context(device: int) -> DeviceMemory:
    """Set up a card's context unless there is one; say what memory the card has then.

    What the context takes is known only if this, or Arena, is the process' first use of the card.
    """

@final
class Memory:
    """Bytes on a card, which go back to their arena with the object: wait for their last use."""

    @property
    def address(self) -> int: ...
    @property
    def size_bytes(self) -> int: ...

@final
class Arena:
    """Memory of one card, within a budget, of which the card's context takes a part."""

    def __init__(self, device: int, budget_bytes: int = 0) -> None:
        """Set up the card's context. budget_bytes: 0 is all that the card has.

        Raises MemoryShortage if the context alone takes more.
        """

    def allocate(self, size_bytes: int) -> Memory:
        """Return memory with nothing written to it.

        Raises MemoryShortage, or ValueError for no bytes.
        """

    @property
    def device(self) -> int: ...
    @property
    def budget_bytes(self) -> int: ...
    @property
    def context_bytes(self) -> int: ...
    @property
    def used_bytes(self) -> int:
        """What is handed out, and the context."""

@final
class PinnedMemory:
    """Zeroed bytes of this computer that cards read and write in place (buffer protocol)."""

    def __init__(self, size_bytes: int) -> None:
        """Raise DeviceError if the system does not pin as many, ValueError for none."""

    @property
    def address(self) -> int: ...
    @property
    def size_bytes(self) -> int: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...

@final
class PinnedInPlace:
    """Lets a card copy from a writable buffer at full speed while it lives, which that does too."""

    def __init__(self, stream: Stream, buffer: NDArray[Any]) -> None:
        """Raise DeviceError if the system does not pin as many bytes."""

@final
class Graph:
    """Launches captured from a stream."""

    def replay(self) -> None:
        """Launch all of them again, in one launch; it does not wait."""

@final
class Stream(launches.Stream):
    """Runs launches in order, or records them while it captures. One caller at a time."""

    def __init__(self, arena: Arena) -> None: ...
    def attention_sections(self, tokens: int, heads: int, kv_heads: int) -> int:
        """Return into how many sections attention had best split the cache rows, at most."""

    def top_logits(
        self, logits: int, ids: int, values: int, sums: int, tokens: int, vocabulary: int, /
    ) -> None: ...
    def follow(self, other: Stream) -> None:
        """Let what is launched from now on wait for all that was launched on another stream.

        It may be another card's. Not while one of them captures.
        """

    def synchronize(self) -> None:
        """Wait for all that was launched. Raises DeviceError if some of it failed."""

    def copy(self, destination: int, source: int, size_bytes: int) -> None:
        """Launch a copy within memory of the card."""

    def copy_to_device(self, destination: int, source: int, size_bytes: int) -> None:
        """Launch a copy to memory of the card; what is copied must stay until it has run."""

    def copy_to_host(self, destination: int, source: int, size_bytes: int) -> None:
        """Launch a copy to memory of the CPU."""

    def write(self, destination: int, source: int, size_bytes: int) -> None:
        """Copy to memory of the card, in order but also during a capture at once; wait for it."""

    def fill(self, address: int, value: int, size_bytes: int) -> None:
        """Launch the writing of one value to every byte of memory of the card."""

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
        self,
        stream: Stream,
        pinned: int,
        pinned_slots: int,
        device: int,
        slots: int,
        slot_bytes: int,
        threads: int,
    ) -> None: ...
    def add(self, experts: Sequence[Sequence[tuple[int, int, int]]]) -> None:
        """Bring these experts, too, each as parts: address, bytes, where in the slot."""

    def drop(self) -> None:
        """Bring nothing more of what was added; nothing is read any more from there."""

    def take(self, stream: Stream) -> int:
        """Return the slot of the next expert, which launches on the stream see from now on."""

    def give_back(self, stream: Stream) -> None:
        """Let the slot that was taken first be filled again after what has been launched."""

@final
class Handoff:
    """The CPU's work inside one captured graph, or inside steps that run eagerly.

    Captured: `request` and `wait` while the stream captures, then `begin_step`, the graph's replay
    and `finish_step` for every step. Eager: `request` and `wait` between these two. Must outlive
    the graph. One caller at a time.
    """

    def __init__(self, stream: Stream, backend: str, patience_s: float) -> None:
        """Hand over in a way that `calibrate_handoff` names.

        stream: where steps are launched, or begin. patience_s: how long one job may take. Raises
        ValueError for an unknown back end, CudaError for one that the driver has not.
        """

    def add_stream(self, stream: Stream) -> None:
        """Let a part of each step be launched on another card's stream."""

    def request(
        self,
        stream: Stream,
        graphs: Sequence[tuple[_native.Graph, str]],  # with what errors call them
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
        """Launch: bring activations to the CPU, and let it replay graphs then, one after another.

        Returns the number to wait for the first one by; the others' follow. The graphs are kept.
        Of a step, the last one must be waited for.
        """

    def wait(
        self, stream: Stream, number: int, result: int, start: int, out: int, values: int, /
    ) -> None:
        """Launch: wait for a graph's replay, and all before it, then out = start + result.

        result: in mapped memory. start: 0 without one; may be out.
        """

    def begin_step(self) -> None:
        """Get ready, right before the step is launched. Raises DeviceError after a failure."""

    def finish_step(self) -> None:
        """Wait for all work of the stream.

        Raises DeviceError, naming the job, if the CPU's was not done: what the step computed is
        worthless, and the GPU does not wait any more.
        """

def calibrate_handoff(stream: Stream, /) -> list[tuple[str, float, str]]:
    """Try all back ends, for a second at most: name, microseconds per hand-off, what is wrong."""

def copy_inputs(stream: Stream, mapped: int, out: int, count: int, /) -> None:
    """Launch: copy int32 numbers of mapped memory to the GPU's."""
