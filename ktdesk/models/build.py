# SPDX-License-Identifier: Apache-2.0
"""From a model file and a placement to a model whose operators stand ready.

The model's constructor runs twice: first to name its slots, so that the placement is checked whole
before a weight is touched, then to fill them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import cast

import torch

from ktdesk.devices.chunks import room_bytes
from ktdesk.devices.torch_device import Kind, torch_device
from ktdesk.errors import (
    MemoryShortage,
    SettingsError,
)
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import WeightType
from ktdesk.hardware import available_memory_bytes
from ktdesk.kernels.cache_types import BLOCK
from ktdesk.models.architectures import find_architecture
from ktdesk.models.cache_rows import cache_row_bytes, cached_parts
from ktdesk.models.decoder import Decoder, token_bytes
from ktdesk.models.loadable import check_all_used
from ktdesk.models.slots import outline
from ktdesk.models.torch_needs import check_torch_devices, check_torch_room
from ktdesk.operators.base import ExpertsSpec, Slot
from ktdesk.operators.one_device import whole_of
from ktdesk.operators.placement import Placement
from ktdesk.operators.quantization import RemadeSpec, check_fits, target_type
from ktdesk.operators.registry import GPU_VARIANTS, TORCH_VARIANT, find
from ktdesk.operators.rules import Rule, SlotPath
from ktdesk.operators.site import Resources, Site

Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """The operator of a slot, its variant, the number of its card, and what its rule sets.

    torch_kind: of the device that torch computes on, if it does.
    """

    operator: type[Slot]
    variant: str
    card: int
    torch_kind: Kind
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
    def torch_devices(self) -> dict[str, torch.device]:
        """Where plain torch computes, by the path of each slot that it fills."""
        return {
            path: torch_device(choice.torch_kind, choice.card)
            for path, choice in self.operators.items()
            if choice.variant == TORCH_VARIANT
        }

    @property
    def cards(self) -> dict[str, int]:
        """The number of each slot's card, by the slot's path."""
        return {path: choice.card for path, choice in self.operators.items()}

    @property
    def cards_used(self) -> list[int]:
        """The numbers of the cards that some layer, or the head, is on."""
        return sorted({self.operators[path].card for path in self.operators if whole_of(path)})


def make_plan(resources: Resources, placement: Placement) -> Plan:
    """Name every slot of the file's architecture and choose its operator.

    Raises ModelFileError for an unknown architecture, PlacementError for rules that do not fit.
    """
    checkpoint = resources.checkpoint
    placement.check_model(checkpoint.architecture)
    slots = outline(checkpoint).slots
    specs = {slot.path: slot.spec for slot in slots}
    paths = [SlotPath(slot.path, slot.kind) for slot in slots]
    rules = placement.assign(paths)
    check_torch_devices(placement.name, rules)
    for path, spec in specs.items():
        if isinstance(spec, ExpertsSpec):
            rules[path].residents(spec.experts)  # refused here, before a weight is read
    operators = {path.path: _choice(rules[path.path], path) for path in paths}
    return Plan(specs, operators, _remade(checkpoint, specs, operators))


def _choice(rule: Rule, slot: SlotPath) -> Choice:
    """Return what a rule says of a slot."""
    operator = find(rule.operator_for(slot))
    return Choice(operator, rule.variant, rule.card, rule.torch_kind, rule.options_for(slot))


def _remade(
    checkpoint: Checkpoint, specs: dict[str, object], operators: dict[str, Choice]
) -> dict[str, WeightType]:
    """Return the tensors that get another type. Raises PlacementError if it does not fit one."""
    remade: dict[str, WeightType] = {}
    for path, choice in operators.items():
        name, spec = choice.options.get("quantization"), specs[path]
        if name is None or not isinstance(spec, RemadeSpec):
            continue
        kind = target_type(name)
        for weight in map(checkpoint.weight, spec.matrices):
            check_fits(weight.name, weight.columns, kind)
            if kind is not weight.type:
                remade[weight.name] = kind
    return remade


def build_model(resources: Resources, plan: Plan, report: Report) -> Decoder:
    """Fill every slot. `report` is told the share that is done, and may raise to cancel.

    Raises SettingsError for a type of cache that does not fit, and MemoryShortage, before anything
    is allocated; ModelFileError if the file's tensors are not exactly those that the architecture
    uses.
    """
    _check_cache_type(resources, plan)
    if not plan.needs_gpu:  # a GPU's budget is kept by its device
        _check_memory(resources, plan)
    check_torch_room(resources.checkpoint, plan.specs, plan.torch_devices)
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
    for streaming in resources.streaming.values():
        streaming.open(room_bytes(resources.context_tokens, token_bytes(model.spec.width)))
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
