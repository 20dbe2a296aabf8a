# SPDX-License-Identifier: Apache-2.0
"""The YAML of placement files: read with the lines of what is wrong, and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import yaml

from ktdesk.errors import PlacementError, did_you_mean
from ktdesk.operators.rules import Part, Rule

_FIELDS = ("model", "about", "extends", "rules")
_RULE_FIELDS = ("match", "class", "use", "with")


@dataclass(frozen=True, slots=True)
class PlacementText:
    """What a file says, before the one that it extends is read."""

    model: str
    about: str
    extends: str
    rules: tuple[Rule, ...]


def read_placement(name: str, text: str) -> PlacementText:
    """Read a file's text. Raises PlacementError naming the first fault and its line."""
    try:
        node = _compose(text)
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise broken(name, f"it is not YAML: {problem}", mark.line + 1 if mark else 0) from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise broken(name, "it needs a list called rules")
    fields = cast("dict[Any, Any]", data)
    _check_known(name, fields, _FIELDS, "the file", 1)
    entries, extends = fields.get("rules", []), fields.get("extends", "")
    if not isinstance(entries, list) or not (entries or extends):
        raise broken(name, "it needs a list called rules")
    for key in ("model", "about", "extends"):
        if not isinstance(fields.get(key, ""), str):
            raise broken(name, f"{key} is not a text")
    lines = _lines_of_rules(node)
    rules = map(_rule, [name] * len(lines), cast("list[Any]", entries), lines)
    return PlacementText(fields.get("model", ""), fields.get("about", ""), extends, tuple(rules))


def write_placement(model: str, about: str, rules: Iterable[Rule]) -> str:
    """Return the text of a file with these rules."""
    head = {key: value for key, value in (("model", model), ("about", about)) if value}
    data = head | {"rules": [_entry(rule) for rule in rules]}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def broken(name: str, fault: str, line: int = 0) -> PlacementError:
    """Return the error for a file that cannot be used; line 0 is none."""
    where = f", line {line}" if line else ""
    end = "" if fault.endswith((".", "?")) else "."
    return PlacementError(
        f"The placement {name!r} cannot be used{where}: {fault}{end}",
        hint="Correct the placement file.",
        line=line,
    )


def _compose(text: str) -> yaml.Node | None:
    """Return what the text is made of, with its lines. Raises YAMLError."""
    return yaml.SafeLoader(text).get_single_node()


class _Dumper(yaml.SafeDumper):
    """Writes tuples as [a, b], in lines that are filled."""


def _represent_tuple(dumper: yaml.SafeDumper, values: tuple[Any, ...]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=True)


_Dumper.add_representer(tuple, _represent_tuple)


def _entry(rule: Rule) -> dict[str, Any]:
    subject = {"class": rule.part.value} if rule.part else {"match": rule.match}
    options = {
        name: tuple(cast("list[Any]", value)) if isinstance(value, list) else value
        for name, value in rule.options.items()
    }
    return subject | {"use": rule.use} | ({"with": options} if options else {})


def _lines_of_rules(node: yaml.MappingNode) -> list[int]:
    for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
        if key.value == "rules" and isinstance(value, yaml.SequenceNode):
            nodes = cast("list[yaml.Node]", value.value)
            return [entry.start_mark.line + 1 for entry in nodes]
    return []


def _rule(name: str, entry: Any, line: int) -> Rule:
    if not isinstance(entry, dict):
        raise broken(name, f"the rule {entry!r} is not a mapping with match and use", line)
    fields = cast("dict[Any, Any]", entry)
    _check_known(name, fields, _RULE_FIELDS, "a rule", line)
    match, part = fields.get("match", ""), fields.get("class")
    use, options = fields.get("use"), fields.get("with", {})
    if not isinstance(use, str) or not isinstance(match, str) or bool(match) == bool(part):
        fault = f"the rule {fields!r} needs the texts match and use, or class and use"
        raise broken(name, fault, line)
    if not isinstance(options, dict):
        raise broken(name, f"the options of the rule for {match or part!r} are not a mapping", line)
    rule = Rule(match, use, cast("dict[str, Any]", options), _part(name, part, line), line)
    try:
        rule.check()
    except PlacementError as error:
        raise PlacementError(f"Line {line}: {error}", hint=error.hint, line=line) from None
    return rule


def _part(name: str, part: Any, line: int) -> Part | None:
    if not part:
        return None
    try:
        return Part(part)
    except ValueError:
        known = did_you_mean(str(part), [each.value for each in Part])
        raise broken(name, f"there is no class {part!r}.{known}", line) from None


def _check_known(
    name: str, fields: Mapping[Any, Any], known: tuple[str, ...], what: str, line: int
) -> None:
    unknown = sorted(map(str, set(fields) - set(known)))
    if unknown:
        near = did_you_mean(unknown[0], known)
        raise broken(name, f"{what} has the unknown entry {unknown[0]!r}.{near}", line)
