# SPDX-License-Identifier: Apache-2.0
"""Placement: which operator fills each slot of a model, read from a YAML file.

    model: deepseek2                    # optional: the only architecture that the file is for
    rules:                              # for each slot, the first rule that matches wins
      - match: layers.3-12.mlp.experts  # `3-12` is one of these numbers, `*` any part of the path
        use: experts.cuda               # applies to slots of this kind only
      - match: layers.13.mlp.experts
        use: experts.host               # on the CPU, but for these, which are on the card; or the
        with: {resident: [3, 40-47]}    # first ones: {resident: 9}
      - match: "**.experts"             # `**` is any number of parts
        use: experts.host
      - match: "**"
        use: "*.cuda"                   # the `cuda` operator of whatever kind the slot is
        with: {card: 1}                 # the second graphics card; without it the first one

      - class: routed                   # in place of `match`: embedding, attention, dense, shared,
        use: experts.cpu                # routed, head or small
        with: {quantization: q4_g64}    # what this operator may be told
      - match: lm_head                  # plain torch, on the CPU or a card, beside any others
        use: linear.torch
        with: {device: cuda, card: 1}

A file may say what it is `about`, and `extends: NAME or FILE`: its own rules come first, then the
other's. All of a layer is on one card; what passes from layer to layer goes on to the next one's. A
file is checked whole before a weight is read: an unknown operator, an unknown option, a rule that
no slot matches and a slot without a rule are all errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from ktdesk.errors import PlacementError, did_you_mean
from ktdesk.operators.one_device import check_devices
from ktdesk.operators.placement_text import broken, read_placement, write_placement
from ktdesk.operators.registry import find
from ktdesk.operators.rules import Rule, SlotPath
from ktdesk.placement_files import shipped_files

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Placement:
    """The rules of one placement file. `model` is empty if the file is for any architecture."""

    name: str
    model: str
    rules: tuple[Rule, ...]
    about: str = ""

    @classmethod
    def load(cls, name: str) -> Self:
        """Read a file by path, or one that comes with KTDesk by its name without `.yaml`."""
        return cls._load(name, Path(), ())

    @classmethod
    def parse(cls, name: str, text: str, folder: Path = Path()) -> Self:
        """Read the text of a placement file. Raises PlacementError naming the first fault.

        folder: from which the path of a file that it extends is taken.
        """
        return cls._parse(name, text, folder, (name,))

    def write(self) -> str:
        """Return the text of a file that says the same."""
        return write_placement(self.model, self.about, self.rules)

    def check_model(self, architecture: str) -> None:
        """Raise PlacementError if the placement is for models of another architecture."""
        if self.model not in ("", architecture):
            raise PlacementError(
                f"The placement {self.name!r} is for {self.model} models; "
                f"this one is a {architecture}.",
                hint="Choose another placement, or leave the choice to KTDesk.",
            )

    def with_default(self, name: str, value: object) -> Self:
        """Return a placement that sets an option of all operators that know it.

        A rule's own options stay.
        """
        rules = (replace(rule, options={name: value, **rule.options}) for rule in self.rules)
        return replace(self, rules=tuple(rules))

    def assign(self, slots: Iterable[SlotPath]) -> dict[str, Rule]:
        """Return each slot's rule, by path.

        Raises PlacementError if one is missing or unused, or operators cannot work together.
        """
        chosen: dict[str, Rule] = {}
        for slot in slots:
            rule = next((r for r in self.rules if r.applies(slot)), None)
            if rule is None:
                raise PlacementError(
                    f"No rule of placement {self.name!r} places the {slot.kind} at {slot.path}.",
                    hint='Add a rule for it, for example one with match: "**".',
                )
            _check_exists(rule, slot)
            chosen[slot.path] = rule
        self._check_used(set(map(id, chosen.values())))
        check_devices(self.name, chosen)
        return chosen

    def _check_used(self, used: set[int]) -> None:
        for rule in self.rules:
            if id(rule) not in used and not rule.inherited:
                where = f" in line {rule.line}" if rule.line else ""
                raise PlacementError(
                    f"The rule{where} for {rule.subject} ({rule.use}) matches nothing.",
                    hint="Remove it, or correct its pattern: an earlier rule may take its slots.",
                    line=rule.line,
                )

    @classmethod
    def _load(cls, name: str, folder: Path, above: tuple[str, ...]) -> Self:
        """Read a placement; above: the names of those that extend it."""
        if Path(name).suffix in _SUFFIXES:
            path = folder / Path(name).expanduser()
            key, text = str(path.absolute()), read_placement_file(path)
            name, folder = path.stem, path.parent
        else:
            key, text = name, _shipped_text(name)
        if key in above:
            raise broken(name, "it extends itself")
        return cls._parse(name, text, folder, (*above, key))

    @classmethod
    def _load_base(cls, name: str, folder: Path, above: tuple[str, ...]) -> Self:
        try:
            return cls._load(name, folder, above)
        except PlacementError as error:
            error.line = 0  # a line of the other file
            raise

    @classmethod
    def _parse(cls, name: str, text: str, folder: Path, above: tuple[str, ...]) -> Self:
        own = read_placement(name, text)
        if not own.extends:
            return cls(name, own.model, own.rules, own.about)
        base = cls._load_base(own.extends, folder, above)
        if own.model and base.model not in ("", own.model):
            raise broken(name, f"it is for {own.model}, but extends one for {base.model}")
        inherited = (replace(rule, inherited=True) for rule in base.rules)
        rules = (*own.rules, *inherited)
        return cls(name, own.model or base.model, rules, own.about or base.about)


def _check_exists(rule: Rule, slot: SlotPath) -> None:
    try:
        find(rule.operator_for(slot))
    except PlacementError as error:
        if rule.inherited or not rule.line:
            raise
        raise PlacementError(
            f"Line {rule.line}: {error}", hint=error.hint, line=rule.line
        ) from None


def shipped_placements() -> list[Placement]:
    """Return the placements that come with KTDesk, those for all models first, by name."""
    placements = [Placement.load(name) for name in sorted(shipped_files())]
    return sorted(placements, key=lambda placement: placement.model != "")


def _shipped_text(name: str) -> str:
    shipped = shipped_files()
    if name not in shipped:
        raise PlacementError(
            f"There is no placement called {name!r}.{did_you_mean(name, shipped)}",
            hint="Give one of these names, or the path of a .yaml file.",
        )
    return shipped[name].read_text(encoding="utf-8")


def read_placement_file(path: Path) -> str:
    """Return the text of a file. Raises PlacementError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The placement file {path} cannot be read: {error}."
        raise PlacementError(message, hint="Check the path and its permissions.") from error
