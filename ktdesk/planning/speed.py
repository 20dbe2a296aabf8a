# SPDX-License-Identifier: Apache-2.0
"""How fast a model will read and answer: bytes and operations over what the machine can do.

A token makes every device read its weights and its part of the caches; devices take turns. What a
kernel reaches of a bound, and what it costs to start one, are shares and times that were measured
on machines with a card and without (tests/bench, tests/gpu); they give the range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ktdesk.hardware.machine import Gpu, Machine
from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU, Assignment
from ktdesk.planning.from_disk import disk_reads
from ktdesk.planning.modules import Module
from ktdesk.planning.needs import Needs, routed_memory_bytes
from ktdesk.planning.torch_speed import TorchRates, torch_seconds

# Where nothing was measured: a desktop computer with two channels of DDR5, its cores and its slot.
_MEMORY_BYTES_PER_S = 50e9
_CORE_OPS_PER_S = 150e9
_DISK_BYTES_PER_S = 2e9
_SLOT_BYTES_PER_S = 20e9
_CARD_BYTES_PER_S = 700e9
_CARD_OPS_PER_S = 80e12

_UNKNOWN_CARD = Gpu(name="", memory_bytes=0, free_bytes=0, compute_capability=(0, 0))

_HAND_OFF_S = 15e-6  # both ways, with the kernels that do it
_CARD_LAYER_S = 80e-6  # kernels of a layer that are short, one after another
_PROMPT_LAYER_S = 800e-6  # the same for a prompt, whose kernels are launched one by one
_CORE_LAYER_S = 30e-6  # loops of a layer: threads meet after each
_TORCH_CORE_OPS_PER_S = 60e9  # in float32
# In a layer that has both: torch's threads spin on after each loop, on cores that kernels want.
_TORCH_BESIDE_KERNELS_S = 2.5e-3
_TORCH_CHUNK_TOKENS = 512
_CHUNK_TOKENS = 8192  # of a prompt that go through the layers together, at most


class Limit(StrEnum):
    """What takes the most of the time."""

    MEMORY = "memory"
    CORES = "cores"
    CARD_MEMORY = "card_memory"
    CARD_CORES = "card_cores"
    SLOT = "slot"
    DISK = "disk"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True)
class Range:
    """Tokens per second, from cautious to what a quiet machine gives."""

    low: float
    high: float

    def times(self, factor: float) -> Range:
        """Return the range moved by what was learnt from measurements."""
        return Range(self.low * factor, self.high * factor)

    @property
    def middle(self) -> float:
        """Between the ends, as ratios go."""
        return (self.low * self.high) ** 0.5


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second, and what limits them."""

    tokens_per_s: Range
    limit: Limit


# What kernels reach of each bound: cautiously, and at best.
_SHARES: dict[Limit, tuple[float, float]] = {
    Limit.MEMORY: (0.60, 0.85),
    Limit.CORES: (0.35, 0.70),
    Limit.CARD_MEMORY: (0.55, 0.85),
    Limit.CARD_CORES: (0.25, 0.65),
    Limit.SLOT: (0.70, 0.95),
    Limit.DISK: (0.50, 0.95),
    Limit.LATENCY: (0.60, 1.00),
}

Seconds = dict[Limit, float]  # at the bound itself


def decode_speed(
    assignment: Assignment, machine: Machine, needs: Needs, context_tokens: int
) -> Speed:
    """Return the speed of an answer when so many tokens stand before it."""
    seconds = dict.fromkeys(Limit, 0.0)
    is_eager = any(each.module.in_torch for each in assignment.placed)  # nothing is captured
    for card in assignment.cards:
        gpu = _gpu(machine, card)
        modules = list(_kernels(assignment, card))
        read = sum(_read_bytes(module, context_tokens) for module in modules)
        operations = sum(_operations(module, context_tokens) for module in modules)
        by_memory = read / _card_bytes_per_s(gpu)
        by_cores = operations / (gpu.bf16_ops_per_s or _CARD_OPS_PER_S)
        limit = Limit.CARD_MEMORY if by_memory >= by_cores else Limit.CARD_CORES
        seconds[limit] += max(by_memory, by_cores)
        layer = _PROMPT_LAYER_S if is_eager else _CARD_LAYER_S
        seconds[Limit.LATENCY] += layer * _layers(assignment, card)
    seconds[Limit.LATENCY] += _HAND_OFF_S * assignment.handed_layers
    layer = _PROMPT_LAYER_S if is_eager else _CORE_LAYER_S
    seconds[Limit.LATENCY] += layer * _layers(assignment, CPU)
    _add_cpu(seconds, assignment, machine, needs, context_tokens)
    _add_torch(seconds, assignment, machine, 1, context_tokens)
    return _speed(seconds, tokens=1)


def prefill_speed(
    assignment: Assignment, machine: Machine, needs: Needs, prompt_tokens: int
) -> Speed:
    """Return the speed at which a prompt of so many tokens is read."""
    seconds = dict.fromkeys(Limit, 0.0)
    half = prompt_tokens // 2  # in the cache on average, while it is read
    chunks = -(-prompt_tokens // _CHUNK_TOKENS)
    for card in assignment.cards:
        gpu = _gpu(machine, card)
        operations = sum(_prompt_operations(module, half) for module in _kernels(assignment, card))
        rate = gpu.bf16_ops_per_s or _CARD_OPS_PER_S
        seconds[Limit.CARD_CORES] += prompt_tokens * operations / rate
        # A chunk has tokens for nearly all experts, so it reads all weights once.
        read = chunks * sum(m.size_bytes for m in _kernels(assignment, card) if m.read_bytes)
        seconds[Limit.CARD_MEMORY] += read / _card_bytes_per_s(gpu)
        seconds[Limit.LATENCY] += chunks * _PROMPT_LAYER_S * _layers(assignment, card)
    operations = prompt_tokens * sum(
        _prompt_operations(module, half) for module in _kernels(assignment, CPU)
    )
    on_cores = operations / _core_ops(machine)
    streamed = _stream_seconds(assignment, machine) * chunks
    if streamed and streamed < on_cores:  # both sides work at once, as `expert_split` shares it out
        together = 1 / (1 / streamed + 1 / on_cores)
        # Half of the next layer's come while the card computes all else; see `expert_ring`.
        ahead = min(together / 2, seconds[Limit.CARD_CORES] + seconds[Limit.CARD_MEMORY])
        seconds[Limit.SLOT] += together - ahead
    else:
        seconds[Limit.CORES] += on_cores
    disk = needs.disk_bytes(machine.memory.available_bytes) * chunks
    seconds[Limit.DISK] += disk / _disk_bytes_per_s(machine)
    _add_torch(seconds, assignment, machine, prompt_tokens, half)
    return _speed(seconds, tokens=prompt_tokens)


def _add_cpu(
    seconds: Seconds,
    assignment: Assignment,
    machine: Machine,
    needs: Needs,
    context_tokens: int,
) -> None:
    """Add what the CPU reads for a token: from the memory, and what is not there from the disk."""
    read = sum(_read_bytes(module, context_tokens) for module in _kernels(assignment, CPU))
    missing = disk_reads(assignment, needs.disk_bytes(machine.memory.available_bytes))
    seconds[Limit.DISK] += missing / _disk_bytes_per_s(machine)
    seconds[Limit.MEMORY] += (read - missing) / _memory_bytes_per_s(machine)


def _add_torch(
    seconds: Seconds, assignment: Assignment, machine: Machine, tokens: int, rows: int
) -> None:
    """Add what operators in plain torch take for tokens that see so many rows of the caches."""
    for device in (CPU, *assignment.cards):
        rates, is_cpu = _torch_rates(machine, device), device == CPU
        memory, cores = (
            (Limit.MEMORY, Limit.CORES) if is_cpu else (Limit.CARD_MEMORY, Limit.CARD_CORES)
        )
        for module in assignment.on(device):
            if not module.in_torch:
                continue
            chunks = 1 if module.part is Part.HEAD else -(-tokens // _TORCH_CHUNK_TOKENS)
            some = 1 if module.part is Part.HEAD else tokens // chunks
            taken = torch_seconds(module, some, rows, rates)
            seconds[memory] += chunks * taken.memory
            seconds[cores] += chunks * taken.cores
            seconds[Limit.LATENCY] += chunks * taken.latency
    chunks = -(-tokens // _TORCH_CHUNK_TOKENS)
    seconds[Limit.LATENCY] += chunks * _TORCH_BESIDE_KERNELS_S * _mixed_layers(assignment)


def _speed(seconds: Seconds, tokens: int) -> Speed:
    slow, fast = (sum(s / _SHARES[limit][i] for limit, s in seconds.items()) for i in (0, 1))
    limit = max(seconds, key=lambda limit: seconds[limit] / _SHARES[limit][0])
    return Speed(Range(tokens / slow, tokens / fast), limit)


def _read_bytes(module: Module, context_tokens: int) -> float:
    return module.read_bytes + context_tokens * module.row_bytes


def _operations(module: Module, context_tokens: int) -> float:
    return module.operations + context_tokens * module.row_operations


def _prompt_operations(module: Module, context_tokens: int) -> float:
    if module.part is Part.HEAD:  # which only the last token needs
        return 0.0
    return module.operations + context_tokens * module.prompt_row_operations


def _kernels(assignment: Assignment, device: int) -> Iterator[Module]:
    """Yield the modules of a device that KTDesk's own kernels compute."""
    return (module for module in assignment.on(device) if not module.in_torch)


def _layers(assignment: Assignment, device: int) -> int:
    modules = _kernels(assignment, device)
    return len({module.layer for module in modules if module.part is not Part.SMALL})


def _mixed_layers(assignment: Assignment) -> int:
    """Return how many layers have both kernels and plain torch on the CPU."""
    heavy = [m for m in assignment.on(CPU) if m.part is not Part.SMALL and m.layer >= 0]
    return len({m.layer for m in heavy if m.in_torch} & {m.layer for m in heavy if not m.in_torch})


def _gpu(machine: Machine, card: int) -> Gpu:
    """Return a card; one that is not there is taken for like the first, or like none."""
    if card < len(machine.gpus):
        return machine.gpus[card]
    return machine.gpus[0] if machine.gpus else _UNKNOWN_CARD


def _card_bytes_per_s(gpu: Gpu) -> float:
    return gpu.read_bytes_per_s or gpu.peak_bytes_per_s or _CARD_BYTES_PER_S


def _memory_bytes_per_s(machine: Machine) -> float:
    memory = machine.memory
    return memory.read_bytes_per_s or memory.peak_bytes_per_s or _MEMORY_BYTES_PER_S


def _torch_rates(machine: Machine, device: int) -> TorchRates:
    if device == CPU:
        operations = _TORCH_CORE_OPS_PER_S * machine.processor.physical_cores
        return TorchRates(_memory_bytes_per_s(machine), operations)
    gpu = _gpu(machine, device)
    return TorchRates.on_card(_card_bytes_per_s(gpu), gpu.bf16_ops_per_s or _CARD_OPS_PER_S)


def _core_ops(machine: Machine) -> float:
    processor = machine.processor
    measured = max(processor.int8_ops_per_s, processor.bf16_ops_per_s)
    return measured or _CORE_OPS_PER_S * processor.physical_cores


def _stream_seconds(assignment: Assignment, machine: Machine) -> float:
    """Return how long it takes to bring all experts to the card once; 0 without a card."""
    if not assignment.cards:
        return 0.0
    speed = _gpu(machine, assignment.cards[0]).to_card_bytes_per_s or _SLOT_BYTES_PER_S
    return routed_memory_bytes(assignment) / speed


def _disk_bytes_per_s(machine: Machine) -> float:
    return max((disk.read_bytes_per_s for disk in machine.disks), default=0) or _DISK_BYTES_PER_S
