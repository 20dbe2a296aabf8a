# SPDX-License-Identifier: Apache-2.0
"""What is asked of the server, what it answers, and what it may do wrong."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What a client asked. path: with the query. span: first byte and the one after the last."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    span: tuple[int, int | None] | None = None

    def header(self, name: str) -> str:
        """Return a header's value whatever its case; '' if there is none."""
        return next((v for k, v in self.headers.items() if k.lower() == name.lower()), "")


@dataclass
class Served:
    """A line of the log. sent_bytes: of the body, from `start` of the file on."""

    request: Request
    status: int
    start: int = 0
    sent_bytes: int = 0


@dataclass(frozen=True)
class Reply:
    """An answer that is no file."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer.

    reply: given in place of the file. cut_after: bytes of the body, then the connection is cut.
    stall_after: bytes of the body, then nothing more comes. drip_bytes_per_s: as fast it is.
    ignores_range: 200 and the whole file. etag: another one than the file's. wrong_at: places of
    the file whose byte is another one. headers: more of them, or others.
    """

    reply: Reply | None = None
    cut_after: int | None = None
    stall_after: int | None = None
    drip_bytes_per_s: float = 0
    ignores_range: bool = False
    etag: str | None = None
    wrong_at: tuple[int, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
