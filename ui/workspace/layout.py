# SPDX-License-Identifier: Apache-2.0
"""Which chats are open where: tabs, each with one to four panes. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, cast

MOST_PANES = 4
MOST_TABS = 50


@dataclass
class Pane:
    """A place for a chat. chat_id None: one that its first question will make.

    key: a number that no other pane has; what is kept for a chat that does not exist goes by it.
    """

    key: int
    chat_id: int | None = None


@dataclass
class Tab:
    """Panes beside each other, of which one is active, if the user has split it at all.

    shares: their widths. is_comparing: one prompt is for all of them.
    """

    panes: list[Pane]
    active: int = 0
    shares: list[int] = field(default_factory=list[int])
    is_comparing: bool = False


class Layout:
    """At least one tab, of which one is shown. No chat is open twice."""

    def __init__(self) -> None:
        self.tabs = [Tab([Pane(0)])]
        self.current = 0

    @property
    def tab(self) -> Tab:
        """The one that is shown."""
        return self.tabs[self.current]

    @property
    def panes(self) -> Iterator[Pane]:
        """Those of all tabs."""
        return (pane for tab in self.tabs for pane in tab.panes)

    def find(self, chat_id: int) -> tuple[int, int] | None:
        """Return tab and pane in which a chat is open."""
        for at, tab in enumerate(self.tabs):
            for number, pane in enumerate(tab.panes):
                if pane.chat_id == chat_id:
                    return at, number
        return None

    def new_tab(self, chat_id: int | None = None) -> None:
        """Show a new tab behind the one that is shown; with no room for it, an empty pane."""
        if len(self.tabs) < MOST_TABS:
            self.current += 1
            self.tabs.insert(self.current, Tab([self._new_pane(chat_id)]))

    def put_back(self, tab: Tab) -> None:
        """Show a tab again that was closed, with those chats that are not open by now."""
        chats = [pane.chat_id for pane in tab.panes if pane.chat_id is not None]
        free = [chat_id for chat_id in chats if self.find(chat_id) is None]
        if free and len(self.tabs) < MOST_TABS:
            self.new_tab(free[0])
            for chat_id in free[1:]:
                self.split(chat_id)

    def split(self, chat_id: int | None = None) -> bool:
        """Add a pane beside the active one, and make it the active one, if there is room."""
        tab = self.tab
        if len(tab.panes) >= MOST_PANES:
            return False
        tab.panes.insert(tab.active + 1, self._new_pane(chat_id))
        tab.active, tab.shares = tab.active + 1, []
        return True

    def close_pane(self, at: int) -> None:
        """Remove a pane of the tab that is shown, which has another one."""
        tab = self.tab
        tab.panes.pop(at)
        tab.active, tab.shares = min(tab.active - (at < tab.active), len(tab.panes) - 1), []
        tab.is_comparing = tab.is_comparing and len(tab.panes) > 1

    def close_tab(self, at: int) -> Tab:
        """Remove a tab and return it; in place of the last one comes an empty one."""
        closed = self.tabs.pop(at)
        if not self.tabs:
            self.tabs.append(Tab([Pane(0)]))
        self.current = min(self.current - (at < self.current), len(self.tabs) - 1)
        return closed

    def move_tab(self, at: int, to: int) -> None:
        """Give a tab another place; the one that is shown stays that."""
        shown = self.tab
        self.tabs.insert(to, self.tabs.pop(at))
        self.current = self.tabs.index(shown)

    def to_json(self) -> dict[str, Any]:
        """Return what `read` reads."""
        return {"current": self.current, "tabs": [asdict(tab) for tab in self.tabs]}

    @classmethod
    def read(cls, kept: Any, exists: Callable[[int], bool]) -> Layout:
        """Return the layout that was kept. What is damaged of it, or no longer exists, is empty."""
        layout = cls()
        values = _mapping(kept)
        tabs = [_tab(each) for each in _list(values.get("tabs"))[:MOST_TABS]]
        layout.tabs = [tab for tab in tabs if tab.panes] or layout.tabs
        seen_chats, keys = set[int](), set[int]()
        for pane in layout.panes:
            chat_id = pane.chat_id
            if chat_id is not None and (chat_id in seen_chats or not exists(chat_id)):
                pane.chat_id = None
            seen_chats.update(filter(None, [pane.chat_id]))
            if pane.key in keys:
                pane.key = _free(keys | {each.key for each in layout.panes})
            keys.add(pane.key)
        layout.current = min(_number(values.get("current")), len(layout.tabs) - 1)
        return layout

    def _new_pane(self, chat_id: int | None) -> Pane:
        return Pane(_free({pane.key for pane in self.panes}), chat_id)


def _free(keys: set[int]) -> int:
    return next(number for number in range(len(keys) + 1) if number not in keys)


def _tab(kept: Any) -> Tab:
    values = _mapping(kept)
    panes = [_pane(pane) for pane in _list(values.get("panes"))[:MOST_PANES]]
    shares = [_number(share) for share in _list(values.get("shares"))]
    return Tab(
        panes,
        min(_number(values.get("active")), max(0, len(panes) - 1)),
        shares if len(shares) == len(panes) else [],
        bool(values.get("is_comparing")) and len(panes) > 1,
    )


def _pane(kept: Any) -> Pane:
    values = _mapping(kept)
    chat_id: Any = values.get("chat_id")
    return Pane(_number(values.get("key")), chat_id if type(chat_id) is int else None)


def _mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _number(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 1 << 31 else 0
