# SPDX-License-Identifier: Apache-2.0
"""What a page is told while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from ktdesk.errors import ChatsError
from ktdesk.server.web.growing import View
from ktdesk.server.web.room import Room
from ktdesk.server.wire import comment, sse

_LOOK_S = 2.0  # how often it is seen whether another program has written
_PAUSE_S = 0.08  # between two words


async def page_events(room: Room, chat_id: int, news: asyncio.Event) -> AsyncIterator[bytes]:
    """Yield events for a page that shows a chat: 'changed', and 'answer' while one is written.

    After 'changed' the page asks anew for what it shows. The first event is one.
    """
    version, answer_id, shown = -1, 0, View()
    while not room.is_ending:
        news.clear()
        if room.version != version:
            version = room.version
            yield sse({"version": version}, "changed")
        if growing := room.growing.get(chat_id):
            if growing.id != answer_id:
                answer_id, shown = growing.id, View()
            view = await room.work(lambda store, growing=growing: growing.view())
            if view != shown or not view.html:
                yield sse({"id": answer_id} | view.since(shown), "answer")
            shown = view
        await asyncio.sleep(_PAUSE_S)
        try:
            async with asyncio.timeout(_LOOK_S):  # `wait_for` may lose a cancellation
                await news.wait()
        except TimeoutError:
            yield comment("still here")
            try:
                await room.look()
            except ChatsError:
                return
