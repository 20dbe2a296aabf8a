# SPDX-License-Identifier: Apache-2.0
"""The lightest of each token's experts, apart from the others."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import KernelError
from ktdesk.kernels import reference
from ktdesk.kernels.cpu import part_by_weight
from tests.kernels.samples import random


def part(ids: Tensor, weights: Tensor, light: int) -> list[tuple[Tensor, Tensor]]:
    parts = [
        (
            torch.full((len(ids), columns), -1, dtype=torch.int32),
            torch.full((len(ids), columns), 9.0),
        )
        for columns in (ids.shape[1] - light, light)
    ]
    part_by_weight(CpuDevice(2).stream, ids, weights, *parts[0], *parts[1])
    return parts


def numbers(tokens: int, used: int) -> Tensor:
    return torch.arange(tokens * used, dtype=torch.int32).reshape(tokens, used)


@pytest.mark.parametrize("tokens", [1, 8, 33])
@pytest.mark.parametrize(("used", "light"), [(2, 1), (8, 1), (8, 2), (8, 7), (40, 3)])
def test_the_parts(tokens: int, used: int, light: int) -> None:
    ids, weights = numbers(tokens, used), random(tokens, used)
    expected = reference.part_by_weight(ids, weights, light)
    for found, wanted in zip(part(ids, weights, light), expected, strict=True):
        assert torch.equal(found[0], wanted[0])
        assert torch.equal(found[1], wanted[1])


def test_of_equal_weights_the_later_are_lighter() -> None:
    weights = torch.tensor([[0.2, 0.5, 0.2, 0.2, 0.5], [0.0, -0.0, 1.0, 0.0, 1.0]])
    (heavy, _), (light, _) = part(numbers(2, 5), weights, 2)
    assert heavy.tolist() == [[0, 1, 4], [5, 7, 9]]
    assert light.tolist() == [[2, 3], [6, 8]]


def test_weights_that_are_no_numbers_lose_no_expert() -> None:
    """A model whose router gives NaN must fail by its logits, not by what is written where."""
    weights = torch.tensor([[torch.nan, 0.5, torch.nan, -torch.inf, torch.nan, 0.1]])
    (heavy, _), (light, _) = part(numbers(1, 6), weights, 2)
    assert sorted(heavy[0].tolist() + light[0].tolist()) == list(range(6))


def test_no_part_may_be_empty() -> None:
    for light in (0, 3):
        with pytest.raises(KernelError, match="at least 1, not 0"):
            part(numbers(1, 3), random(1, 3), light)
