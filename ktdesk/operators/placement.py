# SPDX-License-Identifier: Apache-2.0
"""Placement: which operator fills each slot of a model, read from a YAML file.

    model: deepseek2                    # optional: the only architecture that the file is for
    rules:                              # for each slot, the first rule that matches wins
      - match: layers.3-12.mlp.experts  # `3-12` is one of these numbers, `*` any part of the path
        use: experts.cuda               # applies to slots of this kind only
      - match: "**.experts"             # `**` is any number of parts
        use: experts.host
      - match: "**"
        use: "*.cuda"                   # the `cuda` operator of whatever kind the slot is
        with: {card: 1}                 # the second graphics card; without it the first one

All of a layer is on one card; what passes from layer to layer goes on to the next one's.
A file is checked whole before a weight is read: an unknown operator, an unknown option, a rule that
no slot matches and a slot without a rule are all errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Self, cast

import yaml

from ktdesk.errors import PlacementError, did_you_mean
from ktdesk.operators.registry import GPU_VARIANTS, find, find_variant, options_of

_MOST_CARDS = 64
_WILDCARDS = {"**": r".+", "*": r"[^.]+"}


@dataclass(frozen=True, slots=True)
class SlotPath:
    """A place in a model that an operator fills: 'layers.3.mlp.experts', 'experts'."""

    path: str
    kind: str


@dataclass(frozen=True)
class Rule:
    """One entry of `rules:`."""

    match: str
    use: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def applies(self, slot: SlotPath) -> bool:
        """Whether this rule's kind and pattern fit the slot."""
        kind = self.use.partition(".")[0]
        return kind in ("*", slot.kind) and self._pattern.fullmatch(slot.path) is not None

    def operator_for(self, slot: SlotPath) -> str:
        """Return the operator's name, with the slot's own kind in place of `*`."""
        return f"{slot.kind}.{self.use.partition('.')[2]}"

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
        if type(self.card) is not int or not 0 <= self.card < _MOST_CARDS:
            raise PlacementError(
                f"The rule for {self.match!r} names the card {self.card!r}.",
                hint=f"Cards have numbers from 0 to {_MOST_CARDS - 1}; `ktdesk doctor` lists them.",
            )

    @property
    def card(self) -> int:
        """The number of the graphics card that the operators are on."""
        return self.options.get("card", 0)

    @property
    def own_options(self) -> dict[str, Any]:
        """What the operators themselves are given."""
        return {name: value for name, value in self.options.items() if name != "card"}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(r"\.".join(map(_part, self.match.split("."))))


@dataclass(frozen=True, slots=True)
class Placement:
    """The rules of one placement file. `model` is empty if the file is for any architecture."""

    name: str
    model: str
    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, name: str) -> Self:
        """Read a file by path, or one that comes with KTDesk by its name without `.yaml`."""
        path = Path(name)
        if path.suffix in (".yaml", ".yml"):
            try:
                return cls.parse(path.stem, path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                message = f"The placement file {path} cannot be read: {error}."
                raise PlacementError(message, hint="Check the path and its permissions.") from error
        shipped = {p.name.removesuffix(".yaml"): p for p in _shipped().iterdir()}
        if name not in shipped:
            raise PlacementError(
                f"There is no placement called {name!r}.{did_you_mean(name, shipped)}",
                hint="Give one of these names, or the path of a .yaml file.",
            )
        return cls.parse(name, shipped[name].read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, name: str, text: str) -> Self:
        """Read the text of a placement file. Raises PlacementError naming the first fault."""
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise _broken(name, f"it is not YAML: {error}") from error
        if not isinstance(data, dict):
            raise _broken(name, "it needs a list called rules")
        fields = cast("dict[str, Any]", data)
        entries = fields.get("rules")
        if not isinstance(entries, list) or not entries:
            raise _broken(name, "it needs a list called rules")
        rules = tuple(_rule(name, entry) for entry in cast("list[Any]", entries))
        for rule in rules:
            rule.check()
        return cls(name, str(fields.get("model", "")), rules)

    def assign(self, slots: Iterable[SlotPath]) -> dict[str, Rule]:
        """Return each slot's rule, by path. Raises PlacementError if one is missing or unused."""
        chosen: dict[str, Rule] = {}
        for slot in slots:
            rule = next((r for r in self.rules if r.applies(slot)), None)
            if rule is None:
                raise PlacementError(
                    f"No rule of placement {self.name!r} places the {slot.kind} at {slot.path}.",
                    hint='Add a rule for it, for example one with match: "**".',
                )
            find(rule.operator_for(slot))
            chosen[slot.path] = rule
        for rule in self.rules:
            if rule not in chosen.values():
                raise PlacementError(
                    f"The rule for {rule.match!r} ({rule.use}) matches nothing.",
                    hint="Remove it, or correct its pattern: an earlier rule may take its slots.",
                )
        return chosen


def _part(part: str) -> str:
    """Return the regular expression of one part of a pattern."""
    if part in _WILDCARDS:
        return _WILDCARDS[part]
    numbers = re.fullmatch(r"(\d{1,4})-(\d{1,4})", part)
    if numbers is None:
        return re.escape(part)
    return f"(?:{'|'.join(map(str, range(int(numbers[1]), int(numbers[2]) + 1)))})"


def _shipped() -> Any:
    return resources.files("ktdesk") / "placements"


def _broken(name: str, fault: str) -> PlacementError:
    return PlacementError(
        f"The placement {name!r} cannot be used: {fault}.", hint="Correct the placement file."
    )


def _rule(name: str, entry: Any) -> Rule:
    if not isinstance(entry, dict):
        raise _broken(name, f"the rule {entry!r} is not a mapping with match and use")
    fields = cast("dict[Any, Any]", entry)
    unknown = set(fields) - {"match", "use", "with"}
    if unknown:
        raise _broken(name, f"a rule has the unknown entry {sorted(map(str, unknown))[0]!r}")
    match, use, options = fields.get("match"), fields.get("use"), fields.get("with", {})
    if not isinstance(match, str) or not isinstance(use, str):
        raise _broken(name, f"the rule {fields!r} needs the texts match and use")
    if not isinstance(options, dict):
        raise _broken(name, f"the options of the rule for {match!r} are not a mapping")
    return Rule(match, use, cast("dict[str, Any]", options))
