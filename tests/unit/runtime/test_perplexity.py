# SPDX-License-Identifier: Apache-2.0
"""Perplexity and its changes, in figures worked out by hand."""

from __future__ import annotations

import math

import pytest

from ktdesk.runtime.perplexity import Perplexity


def test_the_value_is_the_number_of_equal_chances() -> None:
    assert Perplexity((math.log(2), math.log(8))).value == pytest.approx(4)


def test_a_change_is_that_of_each_token() -> None:
    plain, other = Perplexity((1.0, 3.0, 2.0, 2.0)), Perplexity((1.1, 3.1, 2.1, 2.1))
    change = plain.change_to(other)
    assert change.percent == pytest.approx(100 * (math.exp(0.1) - 1))
    assert change.error_percent == pytest.approx(0, abs=1e-12)


def test_the_standard_error_is_that_of_the_mean() -> None:
    change = Perplexity((1.0, 1.0)).change_to(Perplexity((1.0, 1.2)))
    # Of 0 and 0.2: deviation 0.1414 with one degree of freedom, by the root of two.
    assert change.error_percent == pytest.approx(10)


def test_one_token_has_no_error() -> None:
    assert Perplexity((1.0,)).change_to(Perplexity((2.0,))).error_percent == 0


def test_other_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Perplexity((1.0, 2.0)).change_to(Perplexity((1.0,)))
