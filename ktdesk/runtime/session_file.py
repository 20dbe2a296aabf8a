# SPDX-License-Identifier: Apache-2.0
"""Session files: the tokens of a conversation and their cache rows, to go on without reading again.

All numbers are little-endian. A file is a head, then blocks (see `CacheRows`) of BLOCK_TOKENS
tokens, the last one of fewer; every part is followed by its SHA-256. The head:

    8 bytes    MAGIC
    uint32     VERSION, to be raised whenever rows or blocks come to mean something else
    uint32     length of the layout
    uint32     number of tokens
    layout     JSON: model, cache_type, row_bytes
    int32 ..   tokens

A file is written whole or not at all, and read only where all of it is what it should be: rows of
another model would be a silently wrong answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ktdesk.errors import SessionError
from ktdesk.runtime.rows import Bytes
from ktdesk.whole_file import whole_file

MAGIC = b"KTDESKSN"
VERSION = 1
BLOCK_TOKENS = 64

_HEAD = struct.Struct("<8sIII")
_DIGEST_BYTES = hashlib.sha256().digest_size
_LONGEST_LAYOUT = 1 << 20

_AGAIN = "Begin the conversation without it: the model reads it again."


@dataclass(frozen=True, slots=True)
class SessionLayout:
    """What must be the same for rows to be used again.

    model: `Checkpoint.digest`. row_bytes: of each of the model's caches, in its order.
    """

    model: str
    cache_type: str
    row_bytes: tuple[int, ...]

    @property
    def token_bytes(self) -> int:
        """Bytes of all rows of a token."""
        return sum(self.row_bytes)


def write_session(
    path: Path, layout: SessionLayout, tokens: Sequence[int], read: Callable[[int, int], Bytes]
) -> None:
    """Write a session, whole or not at all; a block at a time is in memory.

    read: returns the block of the tokens from one position to another. Raises SessionError.
    """
    text = json.dumps(asdict(layout)).encode()
    head = _HEAD.pack(MAGIC, VERSION, len(text), len(tokens)) + text
    head += np.asarray(tokens, "<i4").tobytes()
    try:
        with whole_file(path) as file:
            _write_part(file, head)
            for start in range(0, len(tokens), BLOCK_TOKENS):
                block = read(start, min(start + BLOCK_TOKENS, len(tokens)))
                _write_part(file, block.data)
    except OSError as error:
        raise SessionError(
            f"The session could not be saved in {path}: {error.strerror}.",
            hint="Make room on the disk, or choose another folder. "
            "What was saved there before is as it was.",
        ) from error


def read_session(
    path: Path, layout: SessionLayout, most_tokens: int
) -> Iterator[tuple[list[int], Bytes]]:
    """Yield the tokens and the rows of each block, up to so many tokens.

    Raises SessionError if the file is of another model, layout or version, cut short or damaged; a
    block that was yielded is whole.
    """
    try:
        with path.open("rb") as file:
            tokens = _read_head(path, file, layout)
            for start in range(0, min(len(tokens), most_tokens), BLOCK_TOKENS):
                some = tokens[start : start + BLOCK_TOKENS]
                block = _read_part(path, file, len(some) * layout.token_bytes)
                yield some[: most_tokens - start], np.frombuffer(block, np.uint8)
    except FileNotFoundError:
        raise SessionError(f"There is no session in {path}.", hint="Check the path.") from None
    except OSError as error:
        raise SessionError(
            f"The session in {path} cannot be read: {error.strerror}.", hint=_AGAIN
        ) from error


def _read_head(path: Path, file: BinaryIO, layout: SessionLayout) -> list[int]:
    """Return the tokens, having compared all else, also the size of the file."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(_HEAD.size)
    if len(start) < _HEAD.size or not start.startswith(MAGIC):
        raise SessionError(f"{path} is no session of KTDesk, or was cut short.", hint=_AGAIN)
    _, version, text_bytes, count = _HEAD.unpack(start)
    if version != VERSION:
        raise SessionError(
            f"The session in {path} has version {version}; this KTDesk knows {VERSION}.",
            hint=_AGAIN,
        )
    head_bytes = _HEAD.size + text_bytes + 4 * count
    if text_bytes > _LONGEST_LAYOUT or head_bytes + _DIGEST_BYTES > size:
        raise _damaged(path)
    file.seek(0)
    head = _read_part(path, file, head_bytes)
    _compare(path, head[_HEAD.size :][:text_bytes], layout)
    blocks = -(-count // BLOCK_TOKENS)
    if size != head_bytes + count * layout.token_bytes + (1 + blocks) * _DIGEST_BYTES:
        raise _damaged(path)
    return np.frombuffer(head, "<i4", count, head_bytes - 4 * count).tolist()


def _compare(path: Path, text: bytes, layout: SessionLayout) -> None:
    """Refuse another layout than the model's."""
    wanted = json.loads(json.dumps(asdict(layout)))
    try:
        given: dict[str, Any] = dict(json.loads(text))
    except (ValueError, TypeError):
        raise _damaged(path) from None
    if given == wanted:
        return
    reason = "has rows of another layout"
    if given.get("model") != wanted["model"]:
        reason = "is of another model"
    elif given.get("cache_type") != wanted["cache_type"]:
        reason = f"has a cache in {given.get('cache_type')}, the model one in {layout.cache_type}"
    raise SessionError(f"The session in {path} {reason}.", hint=_AGAIN)


def _write_part(file: BinaryIO, part: bytes | memoryview) -> None:
    file.write(part)
    file.write(hashlib.sha256(part).digest())


def _read_part(path: Path, file: BinaryIO, size: int) -> bytes:
    part = file.read(size)
    if file.read(_DIGEST_BYTES) != hashlib.sha256(part).digest():
        raise _damaged(path)
    return part


def _damaged(path: Path) -> SessionError:
    return SessionError(f"The session in {path} is damaged or was cut short.", hint=_AGAIN)
