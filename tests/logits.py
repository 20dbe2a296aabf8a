# SPDX-License-Identifier: Apache-2.0
"""Logits between what samplers take and what tests compare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.logits import TokenLogits


def whole(step: Sequence[TokenLogits]) -> Tensor:
    """Return a copy of all logits [T, V] of a step."""
    return torch.stack([torch.from_numpy(token.whole()) for token in step])


def at_hand(logits: NDArray[np.float32]) -> TokenLogits:
    """Return logits [V] as a device does that has nothing else."""
    return TokenLogits(lambda: logits)
