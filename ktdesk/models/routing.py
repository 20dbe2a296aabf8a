# SPDX-License-Identifier: Apache-2.0
"""How model files describe the choice of experts."""

from __future__ import annotations

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.base import Gating, RouterSpec

_GATING: dict[int, Gating] = {1: "softmax", 2: "sigmoid"}


def read_router(
    checkpoint: Checkpoint, *, normalize: bool, gating: Gating = "softmax"
) -> RouterSpec:
    """Read it from the metadata. normalize, gating: what holds where the file does not say it.

    Raises ModelFileError for a function that is not known, and for a choice that is not possible.
    """
    arch = checkpoint.architecture
    usual = next(number for number, name in _GATING.items() if name == gating)
    number = checkpoint.get(f"{arch}.expert_gating_func", int, usual)
    if number not in _GATING:
        raise ModelFileError(
            checkpoint.path,
            f"The model chooses its experts by a function that KTDesk does not know: {number}.",
            hint="Known: 1 (softmax), 2 (sigmoid). A newer KTDesk may know it.",
        )
    spec = RouterSpec(
        experts=checkpoint.count(f"{arch}.expert_count"),
        experts_per_token=checkpoint.count(f"{arch}.expert_used_count"),
        gating=_GATING[number],
        groups=checkpoint.count(f"{arch}.expert_group_count", 1),
        groups_used=checkpoint.count(f"{arch}.expert_group_used_count", 1),
        normalize=checkpoint.get(f"{arch}.expert_weights_norm", bool, normalize),
        scale=checkpoint.positive(f"{arch}.expert_weights_scale", 1.0),
    )
    in_reach = spec.experts // spec.groups * spec.groups_used
    if not spec.experts_per_token <= in_reach <= spec.experts or spec.experts % spec.groups:
        raise ModelFileError(
            checkpoint.path,
            f"The file's tokens choose {spec.experts_per_token} of {spec.experts} experts in "
            f"{spec.groups_used} of {spec.groups} groups, which is not possible.",
            hint="The file may be damaged: fetch it again.",
        )
    return spec
