# SPDX-License-Identifier: Apache-2.0
"""Which device each module of a model is on under a placement, and what each device holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ktdesk.operators.placement import Placement
from ktdesk.operators.quantization import target_type
from ktdesk.operators.resident import all_but
from ktdesk.operators.rules import Part, Rule, SlotPath
from ktdesk.planning.modules import Anatomy, Module

CPU = -1  # in place of the number of a card


@dataclass(frozen=True, slots=True)
class Placed:
    """A module as it is loaded, where its work is done, and which rule says so.

    card: its number, or CPU. Where a layer's experts are on both, each part is a module.
    """

    module: Module
    card: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Assignment:
    """A model's modules on the devices of a placement. activation_bytes: as `Anatomy` has them."""

    placement: Placement
    placed: tuple[Placed, ...]
    activation_bytes: int = 0

    @property
    def cards(self) -> tuple[int, ...]:
        """The numbers of the cards that have work."""
        return tuple(sorted({each.card for each in self.placed} - {CPU}))

    def anatomy(self, of_file: Anatomy) -> Anatomy:
        """Return a file's anatomy with the modules as they are loaded."""
        return replace(of_file, modules=tuple(each.module for each in self.placed))

    def on(self, card: int) -> Iterator[Module]:
        """Yield the modules of a card, or of the CPU."""
        return (each.module for each in self.placed if each.card == card)

    def weights_on(self, card: int) -> Iterator[tuple[Module, int]]:
        """Yield the modules whose weights a card, or the CPU's memory, holds, with their bytes."""
        for each in self.placed:
            if _home(each) == card:
                made = each.module.made_bytes if each.card == card else 0
                yield each.module, each.module.size_bytes + made

    def weight_bytes(self, card: int) -> int:
        """Return the bytes of the weights that a card, or the CPU's memory, holds."""
        return sum(size for _, size in self.weights_on(card))

    def unfiled_bytes(self) -> int:
        """Return the bytes of weights in the CPU's memory that cannot be read from the file."""
        return sum(each.module.unfiled_bytes for each in self.placed if _home(each) == CPU)

    def cache_bytes(self, card: int, context_tokens: int) -> int:
        """Return what the caches of so many tokens take there."""
        return context_tokens * sum(module.row_bytes for module in self.on(card))

    def placement_in_use(self) -> Placement:
        """Return the rules that place something, which as a file of their own place it alike.

        Others are inherited: in the file that they come from they may match nothing.
        """
        used = {id(each.rule) for each in self.placed}
        rules = tuple(rule for rule in self.placement.rules if id(rule) in used)
        return replace(self.placement, rules=rules)

    @property
    def handed_layers(self) -> int:
        """How many layers' experts are on the CPU, while their activations are on a card."""
        if not self.cards:
            return 0
        return sum(each.module.part is Part.ROUTED and each.card == CPU for each in self.placed)


def assign(anatomy: Anatomy, placement: Placement) -> Assignment:
    """Apply a placement's rules. Raises PlacementError if they do not fit the model."""
    rules = placement.assign(SlotPath(m.path, m.kind) for m in anatomy.modules)
    placed = [each for m in anatomy.modules for each in _place(m, rules[m.path])]
    if any(_is_apart(each) for each in placed):
        placed = [replace(each, module=_untied(each.module)) for each in placed]
    return Assignment(placement, tuple(placed), anatomy.activation_bytes)


def _place(module: Module, rule: Rule) -> Iterator[Placed]:
    """Yield a module, or the parts of experts that are on the CPU and on a card."""
    loaded = _as_loaded(module, rule)
    here = rule.residents(module.experts) if module.part is Part.ROUTED else ()
    if not here:
        yield Placed(loaded, _card(rule), rule)
        return
    yield Placed(loaded.of_experts(all_but(here, module.experts)), CPU, rule)
    yield Placed(loaded.of_experts(here), rule.card, rule)


def _is_apart(each: Placed) -> bool:
    """Whether it is a head elsewhere than, or of another type than, embeddings it is tied to."""
    is_head = each.module.part is Part.HEAD
    return is_head and (each.card != CPU or each.module.anew_bytes > 0)


def _untied(module: Module) -> Module:
    """Return a module with a copy of its own of what another one is counted for."""
    return replace(module, size_bytes=module.size_bytes + module.tied_bytes, tied_bytes=0)


def _as_loaded(module: Module, rule: Rule) -> Module:
    """Return a module with its weights in the types that a rule asks for."""
    if rule.variant == "torch":
        return module.as_floats()
    if "quantization" in rule.options:
        options = rule.options_for(SlotPath(module.path, module.kind))
        if "quantization" in options:
            return module.remade(target_type(options["quantization"]))
    return module


def _card(rule: Rule) -> int:
    """Return where a rule's operator works."""
    return rule.card if rule.computes_on_card else CPU


def _home(each: Placed) -> int:
    """Return where a module's weights are: rows of embeddings are looked up in the memory.

    Plain torch has them where it computes.
    """
    is_looked_up = each.module.part is Part.EMBEDDING and each.rule.variant != "torch"
    return CPU if is_looked_up else each.card
