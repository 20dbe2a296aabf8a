# SPDX-License-Identifier: Apache-2.0
"""Rules of placements: which slots they are for, and the operator that they choose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from ktdesk.devices.torch_device import KINDS, Kind
from ktdesk.errors import PlacementError, did_you_mean
from ktdesk.operators.quantization import target_type
from ktdesk.operators.registry import GPU_VARIANTS, find, find_variant, options_of
from ktdesk.operators.resident import resident_ids, residents_among

_MOST_CARDS = 64
_WILDCARDS = {"**": r".+", "*": r"[^.]+"}


class Part(StrEnum):
    """What a slot is for; people think of a model in these classes."""

    EMBEDDING = "embedding"
    ATTENTION = "attention"
    DENSE = "dense"
    SHARED = "shared"
    ROUTED = "routed"
    HEAD = "head"
    SMALL = "small"  # norms, routers, and what has no weights


_PART_OF_KIND = {
    "embedding": Part.EMBEDDING,
    "experts": Part.ROUTED,
    "norm": Part.SMALL,
    "router": Part.SMALL,
}


@dataclass(frozen=True, slots=True)
class SlotPath:
    """A place in a model that an operator fills: 'layers.3.mlp.experts', 'experts'."""

    path: str
    kind: str

    @property
    def part(self) -> Part:
        """The class that it belongs to."""
        if self.kind in _PART_OF_KIND:
            return _PART_OF_KIND[self.kind]
        if ".self_attn." in self.path:
            return Part.ATTENTION
        if ".shared_experts." in self.path:
            return Part.SHARED
        if self.kind == "mlp":
            return Part.DENSE
        return Part.HEAD if self.path == "lm_head" else Part.SMALL


@dataclass(frozen=True)
class Rule:
    """One entry of `rules:`. part: matches a class of slots, in place of a pattern.

    line: where it stands in its file, 0 for none. inherited: from a file that another one extends.
    """

    match: str
    use: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    part: Part | None = None
    line: int = field(default=0, compare=False)
    inherited: bool = field(default=False, compare=False)

    def applies(self, slot: SlotPath) -> bool:
        """Whether this rule's kind and pattern fit the slot."""
        kind = self.use.partition(".")[0]
        return kind in ("*", slot.kind) and self._fits(slot)

    def operator_for(self, slot: SlotPath) -> str:
        """Return the operator's name, with the slot's own kind in place of `*`."""
        return f"{slot.kind}.{self.variant}"

    def options_for(self, slot: SlotPath) -> dict[str, Any]:
        """Return the options that the slot's operator has: of `*.cpu` some have fewer."""
        known = options_of(find(self.operator_for(slot)))
        return {option: value for option, value in self.options.items() if option in known}

    @property
    def variant(self) -> str:
        """What follows the kind in the operator's name: 'cpu', 'cuda', 'host', 'torch'."""
        return self.use.partition(".")[2]

    def check(self) -> None:
        """Raise PlacementError if the operator or one of its options does not exist."""
        kind, _, variant = self.use.partition(".")
        classes = find_variant(variant) if kind == "*" else [find(self.use)]
        allowed = frozenset[str]().union(*(options_of(cls) for cls in classes))
        if variant in GPU_VARIANTS:
            allowed |= {"card"}
        for option in self.options:
            if option not in allowed:
                known = did_you_mean(option, allowed) if allowed else " It takes none."
                raise PlacementError(
                    f"Operator {self.use} has no option {option!r}.{known}",
                    hint="Correct the placement file.",
                )
        if "quantization" in self.options:
            target_type(self.options["quantization"])
        if self.torch_kind not in KINDS:
            raise PlacementError(
                f"The rule for {self.subject} names the device {self.torch_kind!r}; "
                f"torch's are {' and '.join(KINDS)}.",
                hint="Write `device: cuda`, and `card: 1` beside it for the second card.",
            )
        resident_ids(self.options.get("resident", 0))
        if type(self.card) is not int or not 0 <= self.card < _MOST_CARDS:
            raise PlacementError(
                f"The rule for {self.subject} names the card {self.card!r}.",
                hint=f"Cards have numbers from 0 to {_MOST_CARDS - 1}; `ktdesk doctor` lists them.",
            )

    @property
    def card(self) -> int:
        """The number of the graphics card that the operators are on."""
        return self.options.get("card", 0)

    def residents(self, experts: int) -> Sequence[int]:
        """Return those of a layer's experts that are on the card, while the others are not.

        Raises PlacementError, with the line, if a layer of so many has no such ones.
        """
        try:
            return residents_among(self.options.get("resident", 0), experts)
        except PlacementError as error:
            if self.inherited or not self.line:
                raise
            message = f"Line {self.line}: {error}"
            raise PlacementError(message, hint=error.hint, line=self.line) from None

    @property
    def torch_kind(self) -> Kind:
        """The device that torch computes on, if the operators are in plain torch."""
        return self.options.get("device", "cpu")

    @property
    def computes_on_card(self) -> bool:
        """Whether the operators' work is done on a graphics card, by whatever kernels."""
        return self.variant == "cuda" or self.torch_kind == "cuda"

    @property
    def subject(self) -> str:
        """What it matches, as files write it."""
        return f"class {self.part}" if self.part else repr(self.match)

    def _fits(self, slot: SlotPath) -> bool:
        if self.part is not None:
            return slot.part is self.part
        return self._pattern.fullmatch(slot.path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(r"\.".join(map(_expression, self.match.split("."))))


def _expression(part: str) -> str:
    """Return the regular expression of one part of a pattern."""
    if part in _WILDCARDS:
        return _WILDCARDS[part]
    numbers = re.fullmatch(r"(\d{1,4})-(\d{1,4})", part)
    if numbers is None:
        return re.escape(part)
    return f"(?:{'|'.join(map(str, range(int(numbers[1]), int(numbers[2]) + 1)))})"
