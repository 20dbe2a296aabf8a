# SPDX-License-Identifier: Apache-2.0
"""One connection: requests one after the other, each with its fault."""

from __future__ import annotations

import re
import socket
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faulty_server.faults import Fault, Reply, Request, Served

if TYPE_CHECKING:
    from tests.faulty_server.server import FaultyServer

_CHUNK_BYTES = 1 << 16
_SENDFILE_BYTES = 1 << 20


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers leave in one piece
    server: Any

    def _handle(self) -> None:
        site: FaultyServer = self.server.site
        request = self._request()
        site.before(request)
        path = request.path.partition("?")[0]
        fault = site.next_fault(path)
        reply = fault.reply or site.made_answer(request)
        if reply is None and path not in site.contents:
            reply = Reply(404, b"there is no such file")
        served = Served(request, reply.status if reply else 200)
        site.write_down(served)
        try:
            if reply:
                self._send_reply(reply)
            else:
                self._send_file(*site.contents[path], request, fault, served)
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = _handle

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The log is the site's."""

    def _request(self) -> Request:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        span = (int(found[1]), int(found[2]) + 1 if found[2] else None) if found else None
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return Request(self.command, self.path, dict(self.headers.items()), body, span)

    def _send_reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        self._end(headers)
        if self.command != "HEAD":
            self.wfile.write(reply.body)
            self.wfile.flush()

    def _send_file(
        self, content: bytes | Path, etag: str, request: Request, fault: Fault, served: Served
    ) -> None:
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        etag = etag if fault.etag is None else fault.etag
        start, end = 0, size
        asked = request.header("If-Range")
        if request.span and not fault.ignores_range and asked in ("", etag):
            start, end = request.span[0], min(request.span[1] or size, size)
            if start >= size:
                served.status = 416
                self._send_reply(Reply(416, headers={"Content-Range": f"bytes */{size}"}))
                return
            served.status = 206
        self.send_response(served.status)
        headers = {"Content-Length": str(end - start), "Accept-Ranges": "bytes"}
        if fault.ignores_range:
            del headers["Accept-Ranges"]
        if served.status == 206:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        if etag:
            headers["ETag"] = etag
        self._end({**headers, **fault.headers})
        served.start = start
        if self.command != "HEAD":
            self._send_body(content, start, end, fault, served)

    def _end(self, headers: dict[str, str]) -> None:
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def _send_body(
        self, content: bytes | Path, start: int, end: int, fault: Fault, served: Served
    ) -> None:
        breaks = [stop for stop in (fault.cut_after, fault.stall_after) if stop is not None]
        until = min(end, start + min(breaks, default=end))
        if isinstance(content, Path) and fault == Fault():
            self._send_from_disk(content, start, until, served)
        else:
            data = content.read_bytes() if isinstance(content, Path) else content
            self._send_chunks(data, start, until, fault, served)
        if fault.stall_after is not None:
            self._wait_for_the_client()
        if breaks:
            self.close_connection = True

    def _send_from_disk(self, path: Path, start: int, until: int, served: Served) -> None:
        with path.open("rb") as file:
            while start < until:
                size = min(_SENDFILE_BYTES, until - start)
                served.sent_bytes += size  # before: it is never less than what left
                self.connection.sendfile(file, start, size)
                start += size

    def _send_chunks(
        self, data: bytes, start: int, until: int, fault: Fault, served: Served
    ) -> None:
        size = _CHUNK_BYTES
        if fault.drip_bytes_per_s:
            size = max(1, int(fault.drip_bytes_per_s * 0.02))
        for at in range(start, until, size):
            chunk = bytearray(data[at : min(at + size, until)])
            for wrong in fault.wrong_at:
                if at <= wrong < at + len(chunk):
                    chunk[wrong - at] ^= 0xFF
            served.sent_bytes += len(chunk)  # before: it is never less than what left
            self.connection.sendall(chunk)
            if fault.drip_bytes_per_s:
                time.sleep(len(chunk) / fault.drip_bytes_per_s)

    def _wait_for_the_client(self) -> None:
        self.connection.settimeout(0.05)
        while not self.server.site.closing.is_set():
            try:
                # Of the socket itself: one with TLS does not let anybody peek.
                if not socket.socket.recv(self.connection, 1, socket.MSG_PEEK):
                    return
            except TimeoutError:
                continue
