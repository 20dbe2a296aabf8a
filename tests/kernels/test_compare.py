# SPDX-License-Identifier: Apache-2.0
"""The comparison that all kernel tests rest on fails when it should, and says where."""

from __future__ import annotations

import pytest
import torch

from tests.compare import assert_close


def test_a_report_names_the_worst_element() -> None:
    expected = torch.ones(3, 4)
    actual = expected.clone()
    actual[0, 0], actual[2, 1] = 1.25, 1.5
    with pytest.raises(AssertionError) as failure:
        assert_close(actual, expected, 0.01, "a made-up limit")
    text = str(failure.value)
    assert "NMSE 0.026" in text
    assert "limit of 0.01 (a made-up limit)" in text
    assert "at [2, 1]: 1.5, expected 1.0" in text


def test_an_error_within_the_limit_passes() -> None:
    assert_close(torch.tensor([1.1, 1.0]), torch.ones(2), 0.006, "0.01 over 2")


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_a_value_that_is_not_finite_fails_on_either_side(value: float) -> None:
    strange, plain = torch.tensor([1.0, value]), torch.ones(2)
    for actual, expected in ((strange, plain), (plain, strange)):
        with pytest.raises(AssertionError, match=r"at \[1\]"):
            assert_close(actual, expected, 1e6, "none is wide enough")
    assert_close(strange, strange.clone(), 0, "the same")


def test_other_shapes_and_empty_tensors_fail() -> None:
    with pytest.raises(AssertionError, match=r"\[2\] is not \[1, 2\]"):
        assert_close(torch.ones(2), torch.ones(1, 2), 1, "shapes must be the same")
    with pytest.raises(AssertionError, match="nothing to compare"):
        assert_close(torch.ones(0), torch.ones(0), 1, "an empty result proves nothing")


def test_an_error_where_zeros_are_expected_fails() -> None:
    assert_close(torch.zeros(2), torch.zeros(2), 0, "the same")
    with pytest.raises(AssertionError, match="NMSE inf"):
        assert_close(torch.tensor([0.0, 1e-9]), torch.zeros(2), 1, "relative to nothing")
