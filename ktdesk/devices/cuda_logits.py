# SPDX-License-Identifier: Apache-2.0
"""Logits that stay on a GPU: a step sends the largest, which mostly decide, and keeps the rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.logits import Shortlist, TokenLogits
from ktdesk.kernels.top_logits import TOP_LOGITS, top_logits

if TYPE_CHECKING:
    from ktdesk.devices.cuda import CudaDevice


class CudaLogits:
    """The logits [T, V] of a step. What is launched writes 2 KB a token to the CPU's memory."""

    def __init__(self, device: CudaDevice, logits: Tensor) -> None:
        self._device, self._logits = device, logits
        tokens = len(logits)
        ids, self._ids = device.mapped(tokens, TOP_LOGITS, dtype=torch.int32)
        values, self._values = device.mapped(tokens, TOP_LOGITS, dtype=torch.float32)
        sums, self._sums = device.mapped(tokens, dtype=torch.float32)
        self._host = device.pinned(*logits.shape, dtype=torch.float32)
        top_logits(device.stream, logits, ids, values, sums)

    def get(self) -> list[TokenLogits]:
        """Wait for all work launched so far; return what each token's are, until it runs again."""
        self._device.synchronize()
        return [
            TokenLogits(partial(self._fetch, token), self._shortlist(token))
            for token in range(len(self._logits))
        ]

    def _shortlist(self, token: int) -> Shortlist:
        total = float(self._sums[token])
        return Shortlist(self._ids[token].numpy(), self._values[token].numpy(), total)

    def _fetch(self, token: int) -> NDArray[np.float32]:
        return self._device.read(self._logits[token], self._host[token]).numpy()
