# SPDX-License-Identifier: Apache-2.0
"""Runs the server: binds its address, serves, and ends in order."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn

from ktdesk.chats import ChatStore, open_chats
from ktdesk.engine import Engine
from ktdesk.errors import PortTakenError, SettingsError
from ktdesk.library.shelf.model import LocalModel
from ktdesk.server.app import build_app
from ktdesk.server.catalogue import Catalogue
from ktdesk.server.connection import Connection
from ktdesk.server.desk import Desk
from ktdesk.server.dispatcher import Dispatcher, Load
from ktdesk.server.hosts import is_loopback, is_unspecified
from ktdesk.server.keys import Key, KeyRing
from ktdesk.server.visits import Visits
from ktdesk.server.web.room import Room
from ktdesk.settings import SamplingSettings, ServerSettings

_GRACE_S = 5.0  # for answers that run when the server is to end
_FLUSH_S = 5  # for their last words after that
_MOST_CONNECTIONS = 1000  # beyond the queue: of clients that ask nothing
_HEADER_BYTES = 32 << 10
_ALL_ADDRESSES = "0.0.0.0"  # noqa: S104, RUF100 - only where the user has said so


class Service:
    """A server over one engine.

    find: lists the models there are. load: loads one into the engine as it is asked for; None:
    somebody else has the engine, too, and loads. sampling: how answers of a model are sampled where
    a request says nothing of it. visits: where its requests are noted. open_store: opens the chats
    of the page, when the first page comes. It listens from the beginning, and
    answers while `run` runs. Raises PortTakenError, or SettingsError if the address cannot be had
    otherwise, or others could reach it without a key.
    """

    def __init__(
        self,
        engine: Engine,
        find: Callable[[], Sequence[LocalModel]],
        load: Load | None,
        settings: ServerSettings,
        sampling: Callable[[Path], SamplingSettings],
        keys: Sequence[Key] = (),
        visits: Visits | None = None,
        open_store: Callable[[], ChatStore] = open_chats,
    ) -> None:
        self._socket = _listen(settings, has_keys=bool(keys))
        keep_s = settings.keep_minutes * 60.0 or -1.0
        self._dispatcher = Dispatcher(
            engine,
            load,
            queue_length=settings.queue_length,
            keep_s=keep_s,
        )
        self._catalogue, self._keys = Catalogue(find, sampling), KeyRing(keys)
        desk = Desk(engine, self._catalogue, self._dispatcher, settings, visits)
        room = Room(desk, open_store)
        config = uvicorn.Config(
            build_app(desk, room, self._keys),
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",  # what is no request at all is nobody's concern
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=_HEADER_BYTES,
            timeout_graceful_shutdown=int(_GRACE_S) + _FLUSH_S,
        )
        self._server = _Server(config, self._dispatcher, room)

    @property
    def address(self) -> str:
        """Where it is, as clients write it: by this computer's name if it has all its addresses."""
        host, port = self._socket.getsockname()[:2]
        if is_unspecified(host):
            host = socket.gethostname()
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(self, on_ready: Callable[[], None] | None = None) -> None:
        """Serve until Ctrl+C, or `stop`; then give all back. on_ready: called when it answers."""
        self._server.on_ready = on_ready
        with self._server.ended_by_signals():
            try:
                self._dispatcher.start()
                self._server.run(sockets=[self._socket])
            finally:
                self._socket.close()
                self._dispatcher.close()
                self._catalogue.close()

    def look_again(self) -> None:
        """Look at the models again when a client asks the next time; from any thread."""
        self._catalogue.forget()

    def use_keys(self, keys: Sequence[Key]) -> None:
        """Let in with these keys, and with no others any more; from any thread.

        Where there was one, a request goes on to need one, also if there is none.
        """
        self._keys.use(keys)

    def stop(self, *, at_once: bool = False) -> None:
        """Let `run` end, from any thread: answers that run have some seconds left.

        at_once: they have none, and end with what they have.
        """
        self._server.should_exit = True
        if at_once:
            self._dispatcher.end()
            self._dispatcher.cut()


class _Server(uvicorn.Server):
    """uvicorn's server, which tells the dispatcher and the pages' room of its end."""

    def __init__(self, config: uvicorn.Config, dispatcher: Dispatcher, room: Room) -> None:
        super().__init__(config)
        self._dispatcher, self._room = dispatcher, room
        self.on_ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self.on_ready:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer nobody new; give those who are being answered some time."""
        draining = asyncio.create_task(self._drain())
        self._room.end()
        await super().shutdown(sockets)
        draining.cancel()
        await self._room.close()

    async def _drain(self) -> None:
        self._dispatcher.end()
        await asyncio.sleep(_GRACE_S)
        self._dispatcher.cut()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave them: whoever runs the server has them until all is given back."""
        yield

    @contextmanager
    def ended_by_signals(self) -> Generator[None]:
        """Let Ctrl+C end the server, and nothing else: a thread left behind would hold the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGINT, signal.SIGTERM]
        before = [(number, signal.signal(number, self._on_signal)) for number in numbers]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def _listen(settings: ServerSettings, *, has_keys: bool) -> socket.socket:
    """Return a socket that listens."""
    host = _ALL_ADDRESSES if settings.lan else settings.host
    try:
        found = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _no_address(host, settings.port, error) from error
    family, _, _, _, address = found[0]
    if not is_loopback(str(address[0])) and not has_keys:
        raise SettingsError(
            f"Other computers could reach the server at {host}, and there is no key.",
            hint="Make one with `ktdesk serve --new-key`; or serve this computer alone.",
        )
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        _own_port(listening)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise _no_address(host, settings.port, error) from error
    return listening


def _own_port(listening: socket.socket) -> None:
    """Let the port be had again at once, but never together with another program."""
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)  # Windows, where reuse is sharing
    option = socket.SO_REUSEADDR if exclusive is None else exclusive
    listening.setsockopt(socket.SOL_SOCKET, option, 1)


def _no_address(host: str, port: int, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        return PortTakenError(
            f"Another program has port {port} already.",
            hint="Choose another one with --port; port 0 takes one that is free.",
        )
    return SettingsError(
        f"The server cannot listen at {host}, port {port}: {error.strerror or error}.",
        hint="Choose others with --host and --port; port 0 takes one that is free.",
    )
