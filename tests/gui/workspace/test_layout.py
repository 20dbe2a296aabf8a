# SPDX-License-Identifier: Apache-2.0
"""Which chats are open where, kept as JSON, and read also when that is damaged."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from ui.workspace.layout import MOST_PANES, MOST_TABS, Layout, Pane, Tab


def there(chat_id: int) -> bool:
    return chat_id != 13


def check(layout: Layout) -> None:
    """Assert what holds always."""
    panes = list(layout.panes)
    assert layout.tabs
    assert 0 <= layout.current < len(layout.tabs)
    assert len({pane.key for pane in panes}) == len(panes)
    chats = [pane.chat_id for pane in panes if pane.chat_id is not None]
    assert len(set(chats)) == len(chats)
    for tab in layout.tabs:
        assert 0 <= tab.active < len(tab.panes) <= MOST_PANES
        assert not tab.is_comparing or len(tab.panes) > 1


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_done_it_holds_together_and_is_read_as_it_was_kept(seed: int) -> None:
    dice, layout, fresh = random.Random(seed), Layout(), 100
    closed: list[Tab] = []
    for _ in range(120):
        fresh += 1
        match dice.randrange(7):
            case 0:
                layout.new_tab(dice.choice([None, fresh]))
            case 1 | 2:
                layout.split(dice.choice([None, fresh]))
            case 3 if len(layout.tab.panes) > 1:
                layout.close_pane(dice.randrange(len(layout.tab.panes)))
            case 4:
                closed.append(layout.close_tab(dice.randrange(len(layout.tabs))))
            case 5:
                layout.move_tab(*(dice.randrange(len(layout.tabs)) for _ in range(2)))
            case 6 if closed:
                layout.put_back(closed.pop())
            case _:
                layout.tab.active = dice.randrange(len(layout.tab.panes))
        check(layout)
    again = Layout.read(json.loads(json.dumps(layout.to_json())), there)
    assert again.to_json() == layout.to_json()


def test_a_closed_pane_leaves_the_active_one_active() -> None:
    layout = Layout()
    layout.split(1)
    layout.split(2)
    assert [pane.chat_id for pane in layout.tab.panes] == [None, 1, 2]
    assert layout.tab.active == 2
    layout.close_pane(0)
    assert layout.tab.panes[layout.tab.active].chat_id == 2
    layout.close_pane(1)
    assert layout.tab.panes[layout.tab.active].chat_id == 1


def test_the_shown_tab_stays_when_others_move_or_close() -> None:
    layout = Layout()
    for chat in (1, 2, 3):
        layout.new_tab(chat)
    layout.current = 2
    layout.move_tab(0, 3)
    assert layout.tab.panes[0].chat_id == 2
    layout.close_tab(0)
    assert layout.tab.panes[0].chat_id == 2


def test_there_is_room_for_so_many() -> None:
    layout = Layout()
    assert [layout.split() for _ in range(MOST_PANES)] == [True] * (MOST_PANES - 1) + [False]
    for _ in range(MOST_TABS + 3):
        layout.new_tab()
    assert len(layout.tabs) == MOST_TABS


def test_chats_that_are_gone_or_there_twice_are_empty_panes() -> None:
    panes = [Pane(key, chat) for key, chat in enumerate((7, 13, 7, None))]
    kept = {"current": 0, "tabs": [{"panes": [vars(pane) for pane in panes]}]}
    layout = Layout.read(kept, there)
    assert [pane.chat_id for pane in layout.panes] == [7, None, None, None]
    check(layout)


@pytest.mark.parametrize(
    "kept",
    [
        None, 3, [], {}, {"tabs": None}, {"tabs": [1, None, {}]}, {"tabs": [{"panes": [4, "x"]}]},
        {"current": -1, "tabs": [{"panes": [{"key": -1, "chat_id": "x"}], "active": 9}]},
        {"current": 9, "tabs": [{"panes": [{"key": 0}, {"key": 0}], "shares": [1], "active": "a"}]},
        {"current": True, "tabs": [{"panes": [{"chat_id": True}], "is_comparing": True}]},
        {"tabs": [{"panes": [{}] * 9}] * 99},
    ],
)  # fmt: skip
def test_what_is_damaged_is_left_out(kept: Any) -> None:
    check(Layout.read(kept, there))
