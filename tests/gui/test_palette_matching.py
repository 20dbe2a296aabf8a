# SPDX-License-Identifier: Apache-2.0
"""What letters fit which titles, and which fits best."""

from __future__ import annotations

import pytest

from ui.palette.matching import score


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("new", "New chat"),
        ("nc", "New chat"),
        ("chat new", "New chat"),
        ("swdark", "Switch between light and dark"),
        ("qwn", "Qwen3-30B-A3B-Q4_K_M"),
        ("a3b", "Qwen3-30B-A3B-Q4_K_M"),
        ("新对", "新对话"),
        ("话", "新对话"),
        ("", "anything"),
    ],
)
def test_what_fits(typed: str, title: str) -> None:
    assert score(typed, [title]) > 0


@pytest.mark.parametrize(
    ("typed", "title"),
    [("xyz", "New chat"), ("cn", "New chat"), ("new dark", "New chat"), ("hat", "Hardware")],
)
def test_what_does_not(typed: str, title: str) -> None:
    assert score(typed, [title]) == 0


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("new", "New chat", "Renewed"),
        ("chat", "New chat", "Close all tabs"),
        ("set", "Settings", "Reset"),
        ("nc", "New chat", "Since"),
    ],
)
def test_the_beginnings_of_words_count_most(typed: str, better: str, worse: str) -> None:
    assert score(typed, [better]) > score(typed, [worse])


def test_any_of_the_names_will_do() -> None:
    assert score("new chat", ["新对话", "New chat"]) == score("new chat", ["New chat"])
    assert score("new", [""]) == 0
