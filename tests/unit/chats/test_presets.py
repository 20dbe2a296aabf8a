# SPDX-License-Identifier: Apache-2.0
"""Presets stay over a restart, replace those of their name, and survive damage."""

from __future__ import annotations

from pathlib import Path

from ktdesk.chats import ChatStore, open_chats
from ktdesk.chats.presets import PRESETS, Preset, Presets

POET = Preset("Poet", "Answer in rhymes.\n这样。", {"temperature": 1.5})


def test_presets_are_there_after_a_restart_in_the_order_of_their_names(
    store: ChatStore, path: Path
) -> None:
    presets = Presets(store.chats)
    presets.keep(POET)
    presets.keep(Preset("  clerk\n of  court ", "Be brief."))
    with open_chats(path) as again:
        kept = Presets(again.chats).all()
    assert kept == [Preset("clerk of court", "Be brief."), POET]


def test_a_name_is_there_once(store: ChatStore) -> None:
    presets = Presets(store.chats)
    presets.keep(POET)
    presets.keep(Preset("Poet", "No rhymes."))
    presets.keep(Preset("  "))
    assert presets.all() == [Preset("Poet", "No rhymes.")]
    presets.delete("Poet")
    presets.delete("Poet")
    assert presets.all() == []


def test_what_is_damaged_is_left_out(store: ChatStore) -> None:
    presets = Presets(store.chats)
    for kept in (None, 3, {"name": "x"}, "text"):
        store.chats.remember(PRESETS, kept)
        assert presets.all() == []
    sampling = {"temperature": "hot", "top_k": 5}
    store.chats.remember(
        PRESETS, [7, {"name": 3}, {"name": "a", "instructions": None, "sampling": sampling}]
    )
    assert presets.all() == [Preset("a", "", {"top_k": 5})]
