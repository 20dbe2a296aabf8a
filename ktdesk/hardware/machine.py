# SPDX-License-Identifier: Apache-2.0
"""What is known of a machine: facts, measured speeds, and what the user says instead.

Plain frozen values, made by `describe_machine`, or by hand for a machine that is not here. Numbers
that are not known are 0, texts empty; a `..._problem` says why. Sizes are in bytes, speeds in bytes
or operations per second, where a multiplication and its addition are two. Speeds are those that
were measured here, or what the user says; `peak_...` is what the parts can do by their make.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The operating system, and what it runs in.

    name: as the system calls itself. hypervisor: 'KVM' for instance, 'WSL 2'; empty on bare metal.
    container: 'docker' for instance; empty outside one. power_plan: 'powersave' for instance, in
    the system's own word. has_battery: whether it is a laptop, as far as is known.
    """

    name: str
    hypervisor: str = ""
    container: str = ""
    power_plan: str = ""
    has_battery: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionSet:
    """One that products gain from.

    benefit: what it brings, a sentence. is_present: the processor has it. is_granted: programs may
    use it, which the operating system decides.
    """

    name: str
    benefit: str
    is_present: bool
    is_granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Caches of one level and kind. kind: 'data', 'instruction' or 'unified'. size: of each."""

    level: int
    kind: str
    size_bytes: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """The processors together. Cores are those that this process may use.

    fast_cores: of the physical ones; all of them where there is one kind. kernels: the instruction
    sets that KTDesk's kernels have for it, the best first. int8_ops_per_s, bf16_ops_per_s: of these
    kernels, all cores together, with many tokens; the latter is 0 without tiles.
    """

    name: str
    sockets: int = 0
    physical_cores: int = 1
    logical_cores: int = 1
    fast_cores: int = 0
    caches: tuple[Cache, ...] = ()
    instruction_sets: tuple[InstructionSet, ...] = ()
    kernels: tuple[str, ...] = ()
    kernels_problem: str = ""
    int8_ops_per_s: float = 0.0
    bf16_ops_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryNode:
    """Memory, and the cores next to it. read_bytes_per_s: by these cores."""

    id: int
    total_bytes: int = 0
    free_bytes: int = 0
    physical_cores: int = 0
    read_bytes_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryModule:
    """One that is plugged in. slot, channel: as the board's maker names them.

    speed_mts: at which it runs, in 10^6 transfers per second of `width_bits`; rated_mts: which it
    is made for.
    """

    size_bytes: int
    slot: str = ""
    channel: str = ""
    kind: str = ""
    speed_mts: int = 0
    rated_mts: int = 0
    width_bits: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One that runs, with the memory that it takes."""

    name: str
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The main memory.

    total_bytes, available_bytes: for this process, with the limits put on it; limited_by: which
    one makes them less than the machine's, 'container' or 'ulimit'; installed_bytes: the machine's.
    channels: how many have modules. lockable_bytes: None for no limit. largest_programs: those that
    take the most. read_bytes_per_s: by all cores.
    """

    total_bytes: int
    available_bytes: int
    installed_bytes: int = 0
    limited_by: str = ""
    nodes: tuple[MemoryNode, ...] = ()
    modules: tuple[MemoryModule, ...] = ()
    modules_problem: str = ""
    channels: int = 0
    speed_mts: int = 0
    swap_bytes: int = 0
    swap_free_bytes: int = 0
    has_huge_pages: bool = False
    lockable_bytes: int | None = None
    largest_programs: tuple[Program, ...] = ()
    peak_bytes_per_s: float = 0.0
    read_bytes_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Where a folder lies. kind: 'ssd', 'hdd', 'network' or 'memory'. mount: where it hangs."""

    folder: str
    mount: str = ""
    kind: str = ""
    file_system: str = ""
    total_bytes: int = 0
    free_bytes: int = 0
    read_bytes_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PcieLink:
    """Generation and lanes, as they are now (a card at rest slows down) and at most.

    most_...: what both card and slot can do. card_width: what the card has.
    """

    generation: int
    width: int
    most_generation: int
    most_width: int
    card_width: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One graphics card.

    compute_capability: (9, 0) for instance; what its kernels need. driver: its release. cuda: the
    newest version that the driver supports; needed_cuda: the one that this build of KTDesk needs.
    problem, remedy: why it cannot use the card, and what to do about it; empty if it can. programs:
    which take its memory, with 0 bytes where the driver does not tell how much. read_bytes_per_s:
    of its own memory; to and from it: over the bus. bf16_ops_per_s: of KTDesk's kernels, with many
    tokens.
    """

    name: str
    memory_bytes: int
    free_bytes: int
    compute_capability: tuple[int, int]
    driver: str = ""
    cuda: tuple[int, int] = (0, 0)
    needed_cuda: tuple[int, int] = (0, 0)
    pci_address: str = ""
    link: PcieLink | None = None
    programs: tuple[Program, ...] = ()
    problem: str = ""
    remedy: str = ""
    peak_bytes_per_s: float = 0.0
    read_bytes_per_s: float = 0.0
    to_card_bytes_per_s: float = 0.0
    from_card_bytes_per_s: float = 0.0
    bf16_ops_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuSpeeds:
    """What was measured of one card; the fields are those of `Gpu`."""

    read_bytes_per_s: float = 0.0
    to_card_bytes_per_s: float = 0.0
    from_card_bytes_per_s: float = 0.0
    bf16_ops_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What `ktdesk doctor --measure` has found, before the user's own figures.

    measured_at: an ISO date and time, empty if nothing was measured. version: KTDesk's.
    read_bytes_per_s: by number of threads; node_bytes_per_s: by the id of the memory node, with its
    own cores. gpus: by PCI address. disks: bytes per second by mount.
    """

    measured_at: str = ""
    version: str = ""
    read_bytes_per_s: dict[int, float] = field(default_factory=dict[int, float])
    node_bytes_per_s: dict[int, float] = field(default_factory=dict[int, float])
    int8_ops_per_s: float = 0.0
    bf16_ops_per_s: float = 0.0
    gpus: dict[str, GpuSpeeds] = field(default_factory=dict[str, GpuSpeeds])
    disks: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine as it was when asked, with measured speeds and the user's figures in place.

    overruled: the settings, by name, whose values stand in place of what was found.
    """

    system: System
    processor: Processor
    memory: Memory
    disks: tuple[Disk, ...] = ()
    gpus: tuple[Gpu, ...] = ()
    gpus_problem: str = ""
    gpus_remedy: str = ""
    measured: Measured = field(default_factory=Measured)
    measured_problem: str = ""
    overruled: tuple[str, ...] = ()
