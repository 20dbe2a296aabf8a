# SPDX-License-Identifier: Apache-2.0
"""The server: files with ranges, answers made by tests, and faults for one request or for all."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.faulty_server.faults import Fault, Reply, Request, Served
from tests.faulty_server.handler import Handler

Answer = Callable[[Request], Reply | None]


class FaultyServer:
    """Serves while it is open: `with FaultyServer() as server`.

    url: of its root, without '/' at the end. log: every request and what becomes of it, as they
    come. connections: how many were made. tls: then it speaks HTTPS.
    """

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.log: list[Served] = []
        self.connections = 0
        self.contents: dict[str, tuple[bytes | Path, str]] = {}
        self.before: Callable[[Request], None] = lambda request: None
        self.closing = threading.Event()
        self._answers: list[tuple[str, Answer]] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._server = _Server((host, 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._server.site = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> FaultyServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.cut_all()
        self._server.server_close()
        self._thread.join()

    def add(self, path: str, content: bytes | Path, *, etag: str = '"1"') -> str:
        """Serve bytes, or a file's, under a path such as '/a/b'; return the address."""
        self.contents[path] = (content, etag)
        return self.url + path

    def answer(self, prefix: str, answer: Reply | Answer) -> None:
        """Answer paths that begin like this. A function may return None: then it is as ever."""
        made = answer if callable(answer) else lambda request: answer
        self._answers.append((prefix, made))

    def fail(self, path: str, *faults: Fault) -> None:
        """Let the next requests for a path go wrong, one after the other."""
        with self._lock:
            self._faults[path].extend(faults)

    def fail_always(self, path: str, fault: Fault) -> None:
        """Let all requests for a path go wrong that have no fault of their own."""
        self._always[path] = fault

    def mend(self, path: str) -> None:
        """Let nothing go wrong any more with a path."""
        with self._lock:
            self._faults.pop(path, None)
            self._always.pop(path, None)

    def served(self, path: str = "") -> list[Served]:
        """Return what was asked of a path; of all, if none is given."""
        with self._lock:
            return [one for one in self.log if path in ("", one.request.path)]

    def sent_bytes(self, path: str = "") -> int:
        """Return how much of a file left the server, in all answers."""
        return sum(one.sent_bytes for one in self.served(path))

    # What follows is for the handler.

    def made_answer(self, request: Request) -> Reply | None:
        """Return the answer that a test has made for a request."""
        for prefix, answer in self._answers:
            if request.path.startswith(prefix) and (reply := answer(request)):
                return reply
        return None

    def next_fault(self, path: str) -> Fault:
        """Return what is to go wrong with this request."""
        with self._lock:
            waiting = self._faults[path]
            return waiting.popleft() if waiting else self._always.get(path, Fault())

    def write_down(self, served: Served) -> None:
        """Add a line to the log."""
        with self._lock:
            self.log.append(served)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64
    site: FaultyServer

    def __init__(self, address: tuple[str, int], handler: type[Handler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # without asking for the host's full name

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        self.site.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave are no error."""
