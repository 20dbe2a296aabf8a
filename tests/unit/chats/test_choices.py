# SPDX-License-Identifier: Apache-2.0
"""What a chat has for itself, stored and read, also when it is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ktdesk.chats import ChatStore
from ktdesk.chats.choices import ChatChoices
from ktdesk.settings import SamplingSettings

CHOICES = ChatChoices(Path("models", "a b.gguf").absolute(), {"temperature": 0.25, "seed": None})


def test_choices_are_kept_with_a_chat(store: ChatStore) -> None:
    chat = store.chats.new("one", settings=CHOICES.settings)
    assert ChatChoices.read(store.chats.get(chat).settings) == CHOICES
    store.chats.set_settings(chat, ChatChoices().settings)
    assert ChatChoices.read(store.chats.get(chat).settings) == ChatChoices()


def test_they_hold_before_what_is_for_all() -> None:
    for_all = SamplingSettings(temperature=1.0, seed=7, top_k=3)
    both = CHOICES.over(for_all)
    assert (both.temperature, both.seed, both.top_k) == (0.25, None, 3)
    assert CHOICES.following("temperature").following("seed").over(for_all) == for_all
    assert CHOICES.choosing("top_k", 9).over(for_all).top_k == 9


@pytest.mark.parametrize(
    "settings",
    [
        {"model": 3, "sampling": []},
        {"model": "", "sampling": {"temperature": "hot", "top_k": -5, "unknown": 1}},
        {"model": "x" * 10_000, "sampling": None},
        {"model": None},
    ],
)
def test_what_is_damaged_is_left_out(settings: dict[str, Any]) -> None:
    assert ChatChoices.read(settings) == ChatChoices()
