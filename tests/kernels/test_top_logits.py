# SPDX-License-Identifier: Apache-2.0
"""The largest logits, found on the GPU; native/emulator/tests/test_top_logits.cu has odd ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from ktdesk.errors import KernelError
from ktdesk.kernels.top_logits import TOP_LOGITS, top_logits
from tests.compare import assert_close
from tests.kernels.samples import FLOAT_SUMS, FLOAT_SUMS_REASON, random

if TYPE_CHECKING:
    from ktdesk._cuda import Stream


def find(stream: Stream, logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    ids = torch.zeros(len(logits), TOP_LOGITS, dtype=torch.int32)
    values = torch.full((len(logits), TOP_LOGITS), torch.nan)
    sums = torch.full((len(logits),), torch.nan)
    top_logits(stream, logits, ids, values, sums)
    return ids, values, sums


@pytest.mark.parametrize("vocabulary", [300, 10_001, 129_280])
def test_the_largest_logits(gpu_stream: Stream, vocabulary: int) -> None:
    logits = (random(2, vocabulary) * 40).round() / 10  # with ties
    ids, values, sums = find(gpu_stream, logits)
    order = logits.sort(dim=-1, descending=True, stable=True)
    assert torch.equal(ids.long(), order.indices[:, :TOP_LOGITS])
    assert torch.equal(values, order.values[:, :TOP_LOGITS])
    expected = (logits.double() - order.values[:, :1]).exp().sum(-1)
    assert_close(sums, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


def test_a_token_does_not_see_others(gpu_stream: Stream) -> None:
    logits = random(4, 5000) * 4
    together = find(gpu_stream, logits)
    for token, one in enumerate(logits):
        alone = find(gpu_stream, one[None])
        assert all(torch.equal(x[token], y[0]) for x, y in zip(together, alone, strict=True))


def test_room_must_fit(gpu_stream: Stream) -> None:
    room = torch.zeros(1, 5, dtype=torch.int32), torch.zeros(1, 5), torch.zeros(1)
    with pytest.raises(KernelError, match=r"ids must have the shape \[1, 256\]"):
        top_logits(gpu_stream, torch.zeros(1, 9), *room)
