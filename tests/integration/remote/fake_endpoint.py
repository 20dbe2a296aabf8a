# SPDX-License-Identifier: Apache-2.0
"""An endpoint that answers as it is told, rightly or wrongly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STREAM = "text/event-stream; charset=utf-8"
MODELS = {"data": [{"id": "large", "max_model_len": 4096}]}


@dataclass
class Fake:
    """What it answers. answer: pieces of a body, None for one that has to wait for `go`.

    asked, keys: bodies and keys of what was asked. gone: set when a client left before the end.
    """

    models: Any = field(default_factory=lambda: MODELS)
    status: int = 200
    content_type: str = STREAM
    headers: dict[str, str] = field(default_factory=dict[str, str])
    answer: Sequence[bytes | None] = ()
    waits_before_headers: bool = False
    cuts: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])
    address: str = ""
    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)


def chunk(delta: dict[str, Any] | None = None, **choice: Any) -> bytes:
    """Return an event of a chat's stream."""
    message = {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": None} | choice]}
    return f"data: {json.dumps(message, ensure_ascii=False)}\n\n".encode()


def end(reason: str = "stop", **choice: Any) -> bytes:
    """Return the last events of a stream: why it ends, and that it does."""
    return chunk(finish_reason=reason, **choice) + b"data: [DONE]\n\n"


@contextmanager
def faking(fake: Fake) -> Iterator[Fake]:
    """Let it listen while inside."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            del args

        def do_GET(self) -> None:
            fake.keys.append(self.headers.get("Authorization", ""))
            self._begin(fake.status if fake.status == 401 else 200, "application/json")
            text = fake.models if isinstance(fake.models, str) else json.dumps(fake.models)
            self._piece(text.encode())
            self._piece(b"")

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            fake.asked.append(json.loads(self.rfile.read(length)) | {"path": self.path})
            fake.keys.append(self.headers.get("Authorization", ""))
            fake.begun.set()
            try:
                self._answer()
            except OSError:
                fake.gone.set()

        def _answer(self) -> None:
            if fake.waits_before_headers:
                fake.go.wait(20)
            self._begin(fake.status, fake.content_type)
            for piece in fake.answer:
                if piece is not None:
                    self._piece(piece)
                    continue
                while not fake.go.wait(0.02):
                    self._piece(b": still here\n\n")
            if not fake.cuts:
                self._piece(b"")

        def _begin(self, status: int, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            for name, value in fake.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def _piece(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    fake.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        fake.go.set()
        server.shutdown()
        thread.join()
        server.server_close()
