# SPDX-License-Identifier: Apache-2.0
"""From a model file and a placement to a model whose operators stand ready.

The model's constructor runs twice: first to name its slots, so that the placement is checked whole
before a weight is touched, then to fill them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import cast

from ktdesk.errors import (
    MemoryShortage,
    ModelFileError,
    PlacementError,
    SettingsError,
    did_you_mean,
)
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware import available_memory_bytes
from ktdesk.kernels.cache_types import BLOCK
from ktdesk.models.bailingmoe2 import BailingMoe2
from ktdesk.models.decoder import Decoder
from ktdesk.models.deepseek2 import Deepseek2
from ktdesk.models.ernie4_5_moe import Ernie45Moe
from ktdesk.models.gemma3 import Gemma3
from ktdesk.models.glm4moe import Glm4Moe
from ktdesk.models.gpt_oss import GptOss
from ktdesk.models.granite import Granite
from ktdesk.models.hunyuan_moe import HunyuanMoe
from ktdesk.models.llama import Llama
from ktdesk.models.llama4 import Llama4
from ktdesk.models.minimax_m2 import MiniMaxM2
from ktdesk.models.olmoe import Olmoe
from ktdesk.models.phi3 import Phi3
from ktdesk.models.qwen2 import Qwen2
from ktdesk.models.qwen3 import Qwen3
from ktdesk.models.rotary import FACTOR_TENSORS
from ktdesk.models.unknown import what_is_missing
from ktdesk.operators.base import GqaSpec, MlaSpec, Slot
from ktdesk.operators.placement import Placement, Rule, SlotPath
from ktdesk.operators.registry import GPU_VARIANTS, find
from ktdesk.operators.site import Resources, Site

Architecture = Callable[[Site, Checkpoint], Decoder]

ARCHITECTURES: dict[str, Architecture] = {
    "bailingmoe2": BailingMoe2,
    "deepseek2": Deepseek2,
    "ernie4_5-moe": Ernie45Moe,
    "gemma3": Gemma3,
    "glm4moe": Glm4Moe,
    "gpt-oss": GptOss,
    "granite": Granite,
    "granitemoe": Granite,
    "hunyuan-moe": HunyuanMoe,
    "llama": Llama,
    "llama4": Llama4,
    "minimax-m2": MiniMaxM2,
    "olmoe": Olmoe,
    "phi3": Phi3,
    "qwen2": Qwen2,
    "qwen2moe": Qwen2,
    "qwen3": Qwen3,
    "qwen3moe": Qwen3,
}

Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """The operator of a slot, its variant, the number of its card, and what its rule sets."""

    operator: type[Slot]
    variant: str
    card: int
    options: dict[str, object]


@dataclass(frozen=True, slots=True)
class Plan:
    """A model's slots and the operators that fill them, before any weight is touched.

    specs: what the model says about each slot, by its path.
    """

    specs: dict[str, object]
    operators: dict[str, Choice]

    def cache_bytes(self, resources: Resources) -> int:
        """Return what the caches need."""
        return sum(cache_bytes(spec, resources) for spec in self.specs.values())

    @property
    def captures(self) -> bool:
        """Whether all of a step's work can be recorded into a graph."""
        return all(choice.operator.captures for choice in self.operators.values())

    @property
    def needs_gpu(self) -> bool:
        """Whether operators leave their activations on a GPU: then all do."""
        return any(choice.variant in GPU_VARIANTS for choice in self.operators.values())

    @property
    def cards(self) -> dict[str, int]:
        """The number of each slot's card, by the slot's path."""
        return {path: choice.card for path, choice in self.operators.items()}

    @property
    def cards_used(self) -> list[int]:
        """The numbers of the cards that some layer, or the head, is on."""
        return sorted({self.operators[path].card for path in self.operators if _whole_of(path)})


def make_plan(resources: Resources, placement: Placement) -> Plan:
    """Name every slot of the file's architecture and choose its operator.

    Raises ModelFileError for an unknown architecture, PlacementError for rules that do not fit.
    """
    checkpoint = resources.checkpoint
    architecture = find_architecture(checkpoint)
    if placement.model not in ("", checkpoint.architecture):
        raise PlacementError(
            f"The placement {placement.name!r} is for {placement.model} models; "
            f"this one is a {checkpoint.architecture}.",
            hint="Choose another placement, or leave the choice to KTDesk.",
        )
    slots: list[SlotPath] = []
    specs: dict[str, object] = {}

    def note(slot: type[Slot], site: Site, spec: object) -> Slot:
        slots.append(SlotPath(site.path, slot.kind))
        specs[site.path] = spec
        return object.__new__(_unfilled(slot))

    architecture(Site("", resources, note), checkpoint)
    rules = placement.assign(slots)
    operators = {slot.path: _choice(rules[slot.path], slot) for slot in slots}
    _check_devices(placement, operators)
    return Plan(specs, operators)


def _choice(rule: Rule, slot: SlotPath) -> Choice:
    name = rule.operator_for(slot)
    return Choice(find(name), name.partition(".")[2], rule.card, rule.own_options)


def _check_devices(placement: Placement, operators: dict[str, Choice]) -> None:
    """Refuse operators that would hand activations of one device to another one."""
    by_device: dict[bool, str] = {}
    for path, choice in operators.items():
        by_device.setdefault(choice.variant in GPU_VARIANTS, f"{path} ({choice.variant})")
    if len(by_device) > 1:
        raise PlacementError(
            f"The placement {placement.name!r} puts {by_device[True]} on the GPU and "
            f"{by_device[False]} on the CPU.",
            hint="Beside a GPU, experts work on the CPU by experts.host; all else must be on one.",
        )
    wholes: dict[str, str] = {}
    for path, choice in operators.items():
        first = wholes.setdefault(_whole_of(path), path)
        if _whole_of(path) and choice.card != operators[first].card:
            raise PlacementError(
                f"The placement {placement.name!r} puts {first} on card {operators[first].card} "
                f"and {path} on card {choice.card}.",
                hint="All of a layer must be on one card, and the last norm beside the head.",
            )


def _whole_of(path: str) -> str:
    """Return what must be on one card together; empty for what every card has its own of."""
    layer = re.match(r"layers\.\d+(?=\.)", path)
    if layer:
        return layer[0]
    return {"embed_tokens": path, "norm": "head", "lm_head": "head"}.get(path, "")


def find_architecture(checkpoint: Checkpoint) -> Architecture:
    """Return the class of the file's architecture. Raises ModelFileError if there is none."""
    name = checkpoint.architecture
    if name not in ARCHITECTURES:
        raise ModelFileError(
            checkpoint.path,
            f"KTDesk does not know the architecture {name!r} yet."
            f"{did_you_mean(name, ARCHITECTURES)} {what_is_missing(checkpoint, ARCHITECTURES)}",
            hint=f"Choose a model of one of these architectures: {', '.join(ARCHITECTURES)}.",
        )
    return ARCHITECTURES[name]


def build_model(resources: Resources, plan: Plan, report: Report) -> Decoder:
    """Fill every slot. `report` is told the share that is done, and may raise to cancel.

    Raises SettingsError for a type of cache that does not fit, and MemoryShortage, before anything
    is allocated; ModelFileError if the file's tensors are not exactly those that the architecture
    uses.
    """
    _check_cache_type(resources, plan)
    if not plan.needs_gpu:  # a GPU's budget is kept by its device
        _check_memory(resources, plan)
    built = 0

    def fill(slot: type[Slot], site: Site, spec: object) -> Slot:
        nonlocal built
        del slot
        choice = plan.operators[site.path]
        place = replace(site, variant=choice.variant)
        operator = cast("Callable[..., Slot]", choice.operator)(place, spec, **choice.options)
        built += 1
        report(built / len(plan.specs))
        return operator

    architecture = find_architecture(resources.checkpoint)
    model = architecture(Site("", resources, fill), resources.checkpoint)
    _check_all_used(resources, model.spec.layers)
    return model


def _unfilled(slot: type[Slot]) -> type[Slot]:
    """Return a concrete class for the first run, in which operators are only passed around."""
    return type(slot.__name__, (slot,), dict.fromkeys(slot.__abstractmethods__))


def cache_bytes(spec: object, resources: Resources) -> int:
    """Return what the caches of a slot with this spec need."""
    row_bytes = resources.cache_type.row_bytes
    per_token = sum(parts * row_bytes(width) for parts, width in _caches(spec))
    return per_token * resources.context_tokens


def _caches(spec: object) -> tuple[tuple[int, int], ...]:
    """Return what is kept per token: parts, values of each."""
    match spec:
        case GqaSpec():
            return ((2 * spec.kv_heads, spec.head_size),)
        case MlaSpec():
            return (1, spec.latent), (1, spec.rope)
        case _:
            return ()


def _check_cache_type(resources: Resources, plan: Plan) -> None:
    kind = resources.cache_type
    for _, width in chain.from_iterable(map(_caches, plan.specs.values())):
        if not kind.fits(width):
            raise SettingsError(
                f"A cache in {kind.value} has blocks of {BLOCK} values; "
                f"this model's keys and values have {width}.",
                hint="Choose another type for the cache, such as f16.",
            )


def _check_memory(resources: Resources, plan: Plan) -> None:
    needed = plan.cache_bytes(resources)
    available = available_memory_bytes()
    if needed > available:
        raise MemoryShortage(
            "the CPU",
            needed,
            available,
            hint=f"Choose a context shorter than {resources.context_tokens} tokens, "
            "a smaller type for the cache, or close other programs.",
        )


def _check_all_used(resources: Resources, layers: int) -> None:
    """Refuse a file with tensors that the architecture ignores: its answers would be wrong."""
    extra = resources.checkpoint.tensors.keys() - resources.used - FACTOR_TENSORS
    unknown = sorted(name for name in extra if not _is_beyond(name, layers))
    if unknown:
        architecture = resources.checkpoint.architecture
        raise ModelFileError(
            resources.checkpoint.path,
            f"The file has tensors that KTDesk's {architecture} does not use, "
            f"{unknown[0]} among {len(unknown)}; without them its answers would be wrong.",
            hint="This variant of the architecture is not supported yet. Choose another model.",
        )


def _is_beyond(name: str, layers: int) -> bool:
    """Whether a tensor belongs to a layer after the last: DeepSeek's multi-token prediction."""
    match = re.match(r"blk\.(\d+)\.", name)
    return match is not None and int(match[1]) >= layers
