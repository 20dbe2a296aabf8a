# SPDX-License-Identifier: Apache-2.0
"""`assert_close`: the one way in which tests compare tensors that rounding keeps apart."""

from __future__ import annotations

import torch
from torch import Tensor


def assert_close(actual: Tensor, expected: Tensor, limit: float, reason: str) -> None:
    """Fail unless the NMSE of `actual` is within `limit`, and report the worst element.

    NMSE: sum of squared errors over the sum of squares of `expected`, in float64. Values that are
    not finite are compared with each other: both must have the same ones in the same places.
    reason: why the limit is what it is.
    """
    assert actual.shape == expected.shape, f"{list(actual.shape)} is not {list(expected.shape)}"
    assert actual.numel() > 0, "there is nothing to compare"
    error = _errors(actual.double(), expected.double())
    power = torch.nan_to_num(expected.double(), posinf=0, neginf=0).square().sum().item()
    total = error.square().sum().item()
    nmse = 0.0 if total == 0 else total / power if power else float("inf")
    assert nmse <= limit, _report(actual, expected, error, nmse, limit, reason)


def _errors(actual: Tensor, expected: Tensor) -> Tensor:
    """Return the differences: infinite where just one is finite, zero where both are the same."""
    error = (actual - expected).abs()
    error[error.isnan()] = torch.inf
    error[(actual == expected) | (actual.isnan() & expected.isnan())] = 0
    return error


def _report(
    actual: Tensor, expected: Tensor, error: Tensor, nmse: float, limit: float, reason: str
) -> str:
    index = tuple(int(i) for i in torch.unravel_index(error.argmax(), error.shape))
    return (
        f"NMSE {nmse:.3g} is above the limit of {limit:.3g} ({reason}).\n"
        f"Worst of {error.numel()} elements at {list(index)}: "
        f"{actual[index].item()!r}, expected {expected[index].item()!r}."
    )
