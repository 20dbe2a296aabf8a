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
    PlacementError,
    SettingsError,
)
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import WeightType
from ktdesk.hardware import available_memory_bytes
from ktdesk.kernels.cache_types import BLOCK
from ktdesk.models.architectures import find_architecture
from ktdesk.models.cache_rows import cache_row_bytes, cached_parts
from ktdesk.models.decoder import Decoder
from ktdesk.models.loadable import check_all_used
from ktdesk.models.slots import outline
from ktdesk.operators.base import ExpertsSpec, LinearSpec, MlaSpec, MlpSpec, Slot
from ktdesk.operators.placement import Placement
from ktdesk.operators.quantization import check_fits, target_type
from ktdesk.operators.registry import GPU_VARIANTS, find, options_of
from ktdesk.operators.rules import Rule, SlotPath
from ktdesk.operators.site import Resources, Site

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
    remade: dict[str, WeightType]  # tensors, and what they are made anew as

    def cache_bytes(self, resources: Resources) -> int:
        """Return what the caches need."""
        rows = (cache_row_bytes(spec, resources.cache_type) for spec in self.specs.values())
        return resources.context_tokens * sum(rows)

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
    if placement.model not in ("", checkpoint.architecture):
        raise PlacementError(
            f"The placement {placement.name!r} is for {placement.model} models; "
            f"this one is a {checkpoint.architecture}.",
            hint="Choose another placement, or leave the choice to KTDesk.",
        )
    slots = outline(checkpoint).slots
    specs = {slot.path: slot.spec for slot in slots}
    paths = [SlotPath(slot.path, slot.kind) for slot in slots]
    rules = placement.assign(paths)
    operators = {path.path: _choice(rules[path.path], path) for path in paths}
    _check_devices(placement, operators)
    return Plan(specs, operators, _remade(checkpoint, specs, operators))


def _choice(rule: Rule, slot: SlotPath) -> Choice:
    """Return what a rule says of a slot. Of `*.cpu` an operator gets the options that it has."""
    name = rule.operator_for(slot)
    operator = find(name)
    known = options_of(operator)
    options = {option: value for option, value in rule.options.items() if option in known}
    return Choice(operator, name.partition(".")[2], rule.card, options)


def _remade(
    checkpoint: Checkpoint, specs: dict[str, object], operators: dict[str, Choice]
) -> dict[str, WeightType]:
    """Return the tensors that get another type. Raises PlacementError if it does not fit one."""
    remade: dict[str, WeightType] = {}
    for path, choice in operators.items():
        name, spec = choice.options.get("quantization"), specs[path]
        if name is None or not isinstance(spec, LinearSpec | MlaSpec | MlpSpec | ExpertsSpec):
            continue
        kind = target_type(name)
        for weight in map(checkpoint.weight, spec.matrices):
            check_fits(weight, kind)
            if kind is not weight.type:
                remade[weight.name] = kind
    return remade


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
    check_all_used(resources.checkpoint, resources.used, model.spec.layers)
    return model


def _check_cache_type(resources: Resources, plan: Plan) -> None:
    kind = resources.cache_type
    for _, width in chain.from_iterable(map(cached_parts, plan.specs.values())):
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
