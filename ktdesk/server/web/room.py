# SPDX-License-Identifier: Apache-2.0
"""What all pages share: the store, the answers that are being written, and word of what is new."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastapi import Request as HttpRequest

from ktdesk.chats import ChatStore
from ktdesk.errors import ChatsError, KTDeskError
from ktdesk.server.desk import Ask, Desk
from ktdesk.server.failures import ApiError, fault
from ktdesk.server.web.growing import Growing

log = logging.getLogger(__name__)

T = TypeVar("T")

_RETRY_S = 2.0  # between attempts to store an answer


class Room:
    """Made with the server. Its coroutines raise ChatsError, and ApiError.

    One thread of its own uses the store and renders, so that the event loop need not wait.
    open_store: called when the first page comes. version: grows with every change.
    """

    def __init__(self, desk: Desk, open_store: Callable[[], ChatStore]) -> None:
        self.desk = desk
        self.growing: dict[int, Growing] = {}  # by chat
        self.version = 0
        self.is_ending = False
        self._open_store, self._store = open_store, None
        self._seen = 0  # of what others have changed
        self._worker = ThreadPoolExecutor(1, "pages")
        self._tasks: set[asyncio.Task[None]] = set()
        self._news: set[asyncio.Event] = set()

    async def work(self, work: Callable[[ChatStore], T]) -> T:
        """Return what some work with the store returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, lambda: work(self._opened()))

    async def change(self, work: Callable[[ChatStore], T]) -> T:
        """As `work`, for what changes the store; tells all pages."""
        result = await self.work(work)
        self.tell()
        return result

    async def look(self) -> None:
        """See whether another program has changed the store."""
        seen = await self.work(ChatStore.changes_of_others)
        if seen != self._seen:
            self._seen = seen
            self.tell()

    def tell(self) -> None:
        """Tell all pages that something in the store is new."""
        self.version += 1
        self._wake()

    def listen(self) -> asyncio.Event:
        """Return what is set whenever there is something new."""
        news = asyncio.Event()
        self._news.add(news)
        return news

    def leave(self, news: asyncio.Event) -> None:
        """Set it no more."""
        self._news.discard(news)

    def check_free(self, chat_id: int) -> None:
        """Raise ApiError if an answer is being written in a chat."""
        if chat_id in self.growing:
            raise ApiError(409, "An answer is being written in this chat.", hint="Stop it first.")

    async def begin(
        self, place: Callable[[ChatStore], tuple[int, int, Ask]], http: HttpRequest
    ) -> Growing:
        """Have an answer written. place: stores its place; returns its chat, its id and the ask.

        No other can begin in its chat, since `place` calls `check_free` on the store's thread.
        """

        def work(store: ChatStore) -> tuple[Growing, Ask]:
            chat_id, message_id, ask = place(store)
            self.growing[chat_id] = growing = Growing(store, chat_id, message_id)
            return growing, ask

        growing, ask = await self.work(work)
        task = asyncio.create_task(self._grow(growing, ask, http))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.tell()
        return growing

    def end(self) -> None:
        """Let pages go, and stop the answers."""
        self.is_ending = True
        for growing in list(self.growing.values()):
            growing.stop()
        self._wake()

    async def close(self) -> None:
        """Wait until what there is of the answers is stored; then give all back."""
        self.end()
        while self._tasks:
            await asyncio.wait(self._tasks)
        if self._store:
            await self.work(ChatStore.close)
        self._worker.shutdown()

    def _opened(self) -> ChatStore:
        if self._store is None:
            self._store = self._open_store()
            self._seen = self._store.changes_of_others()
        return self._store

    def _wake(self) -> None:
        for news in self._news:
            news.set()

    async def _grow(self, growing: Growing, ask: Ask, http: HttpRequest) -> None:
        try:
            answers = await self.desk.ask(ask, http, is_stream=False)
            stream = answers.streams[0]
            growing.follow(stream)
            async for item in stream.items():
                growing.add(item)
                self._wake()
        except KTDeskError as error:
            growing.error = error
        except Exception:
            log.exception("KTDesk has a fault")
            growing.error = fault()
        await self.work(lambda store: growing.end())
        while not await self._is_stored(growing) and not self.is_ending:
            await asyncio.sleep(_RETRY_S)
        del self.growing[growing.chat_id]
        self.tell()

    async def _is_stored(self, growing: Growing) -> bool:
        try:
            await self.work(lambda store: growing.store())
        except ChatsError as error:
            log.info("an answer cannot be stored: %s", error)
            return False
        return True
