# SPDX-License-Identifier: Apache-2.0
"""What the operators of a placement must have in common to hand activations to each other."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ktdesk.errors import PlacementError
from ktdesk.operators.registry import GPU_VARIANTS, TORCH_VARIANT
from ktdesk.operators.rules import Rule


def check_devices(placement: str, rules: Mapping[str, Rule]) -> None:
    """Refuse operators that would hand activations of one device to another one.

    Those in plain torch work beside either kind; beside a GPU's, on the card of their layer.

    rules: of each slot, by its path. Raises PlacementError, with the line of the rule to blame.
    """
    by_device: dict[bool, str] = {}
    for path, rule in rules.items():
        if rule.variant != TORCH_VARIANT:
            by_device.setdefault(rule.variant in GPU_VARIANTS, path)
    if len(by_device) > 1:
        paths = by_device[True], by_device[False]
        on_gpu, on_cpu = (f"{path} ({rules[path].variant})" for path in paths)
        raise PlacementError(
            f"The placement {placement!r} puts {on_gpu} on the GPU and {on_cpu} on the CPU.",
            hint="Beside a GPU, experts work on the CPU by experts.host, and anything by plain "
            "torch; all else must be on one.",
            line=_line(rules[list(by_device.values())[-1]]),
        )
    if True not in by_device:
        return
    wholes: dict[str, str] = {}
    for path, rule in rules.items():
        first = wholes.setdefault(whole_of(path), path)
        if whole_of(path) and rule.card != rules[first].card:
            raise PlacementError(
                f"The placement {placement!r} puts {first} on card {rules[first].card} "
                f"and {path} on card {rule.card}.",
                hint="All of a layer must be on one card, and the last norm beside the head.",
                line=_line(rule),
            )


def whole_of(path: str) -> str:
    """Return what must be on one card together; empty for what every card has its own of."""
    layer = re.match(r"layers\.\d+(?=\.)", path)
    if layer:
        return layer[0]
    return {"embed_tokens": path, "norm": "head", "lm_head": "head"}.get(path, "")


def _line(rule: Rule) -> int:
    return 0 if rule.inherited else rule.line
