# SPDX-License-Identifier: Apache-2.0
"""A proxy of both kinds, SOCKS 5 and CONNECT, that leads wherever it is asked to one server."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import suppress
from typing import Any

_NO_LOGIN, _BY_NAME, _BY_ADDRESS = 0, 3, 1


class Proxy:
    """Runs while it is open. asked: host and port of every connection, as the client named them.

    headers: what clients of CONNECT sent.
    """

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self.headers: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy, self._server.target = self, port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.place = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False
    proxy: Proxy
    target: int


class _Handler(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        first = self.rfile.read(1)
        if first == b"\x05":
            self._greet_socks()
        elif first:
            self._greet_connect(first)
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self.server.target)) as other,
        ):
            back = threading.Thread(target=_pipe, args=(other, self.connection))
            back.start()
            _pipe(self.connection, other)
            back.join()

    def _greet_socks(self) -> None:
        self.rfile.read(self.rfile.read(1)[0])
        self.wfile.write(bytes((5, _NO_LOGIN)))
        kind = self.rfile.read(4)[3]
        if kind == _BY_NAME:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        else:
            assert kind == _BY_ADDRESS
            host = socket.inet_ntoa(self.rfile.read(4))
        port = int.from_bytes(self.rfile.read(2), "big")
        self.server.proxy.asked.append(f"{host}:{port}")
        self.wfile.write(bytes((5, 0, 0, 1, 0, 0, 0, 0, 0, 0)))

    def _greet_connect(self, first: bytes) -> None:
        line = first + self.rfile.readline()
        self.server.proxy.asked.append(line.split()[1].decode())
        while (header := self.rfile.readline()) not in (b"\r\n", b""):
            self.server.proxy.headers.append(header.decode().strip())
        self.wfile.write(b"HTTP/1.1 200 yes\r\n\r\n")


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
