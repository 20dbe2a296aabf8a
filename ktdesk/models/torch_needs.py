# SPDX-License-Identifier: Apache-2.0
"""What operators in plain torch need of their devices, checked before a weight is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import prod

import torch

from ktdesk.devices.torch_device import free_bytes, problem_of, torch_device
from ktdesk.errors import MemoryShortage, PlacementError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.loadable import tensor_names
from ktdesk.operators.registry import TORCH_VARIANT
from ktdesk.operators.rules import Rule


def check_torch_devices(placement: str, rules: Mapping[str, Rule]) -> None:
    """Refuse rules that let torch compute where it cannot.

    rules: of each slot, by its path. Raises PlacementError, with the line of the rule to blame.
    """
    for path, rule in rules.items():
        if rule.variant != TORCH_VARIANT:
            continue
        if problem := problem_of(torch_device(rule.torch_kind, rule.card)):
            line = 0 if rule.inherited else rule.line
            where = f", line {line}" if line else ""
            raise PlacementError(
                f"The placement {placement!r}{where}, lets torch compute {path} on graphics card "
                f"{rule.card}, but {problem}.",
                hint="Install torch's build with CUDA and the card's driver, or leave out "
                "`device: cuda`; `use: '*.cuda'` needs no torch with CUDA.",
                line=line,
            )


def check_torch_room(
    checkpoint: Checkpoint,
    specs: Mapping[str, object],
    devices: Mapping[str, torch.device],
) -> None:
    """Raise MemoryShortage if the weights that torch dequantises do not fit where they go.

    specs: of all slots, by path. devices: of those that torch fills.
    """
    needed: Counter[torch.device] = Counter()
    for path, where in devices.items():
        needed[where] += _float_bytes(checkpoint, specs[path])
    for where, size in needed.items():
        if size > (free := free_bytes(where)):
            raise MemoryShortage(
                f"{where}, for plain torch",
                size,
                free,
                hint="Plain torch holds every weight in four bytes: give it fewer modules.",
            )


def _float_bytes(checkpoint: Checkpoint, spec: object) -> int:
    tensors = (checkpoint.tensors.get(name) for name in tensor_names(spec))
    return sum(4 * prod(tensor.shape) for tensor in tensors if tensor)
