# SPDX-License-Identifier: Apache-2.0
"""One request and its answer, in a thread of its own: who gives it up waits for nobody."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from ktdesk.errors import Cancelled
from ktdesk.library.web.response import Response

_READ_BYTES = 1 << 16


class Exchange:
    """An answer as it comes. open: asks; it may take long, and raise.

    Whatever it or the reading raises, `pieces` raises.
    """

    def __init__(self, open_: Callable[[], Response]) -> None:
        self._open = open_
        self._items: queue.SimpleQueue[bytes | BaseException | None] = queue.SimpleQueue()
        self._response: Response | None = None
        self._is_cancelled = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="remote", daemon=True)
        self._thread.start()

    def pieces(self) -> Iterator[bytes]:
        """Yield the answer's bytes as they come. Raises Cancelled after `cancel`."""
        while (item := self._items.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def whole(self) -> bytes:
        """Return all of the answer."""
        return b"".join(self.pieces())

    def cancel(self) -> None:
        """End it, from any thread, and with it the connection, as soon as there is one."""
        with self._lock:
            self._is_cancelled = True
            response = self._response
        self._items.put(Cancelled())
        if response:
            response.abort()

    def _run(self) -> None:
        try:
            response = self._open()
            with self._lock:
                self._response = response
                is_cancelled = self._is_cancelled
            with response:
                while not is_cancelled and (piece := response.read(_READ_BYTES)):
                    self._items.put(piece)
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is wanted
            self._items.put(error)
        finally:
            self._items.put(None)
