# SPDX-License-Identifier: Apache-2.0
"""Session files: what comes back is what was written, or a refusal in words."""

from __future__ import annotations

import dataclasses
import errno
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import SessionError
from ktdesk.runtime.rows import Bytes
from ktdesk.runtime.session_file import (
    BLOCK_TOKENS,
    MAGIC,
    SessionLayout,
    read_session,
    write_session,
)

LAYOUT = SessionLayout("0123abcd", "f16", (3, 4))
TOKENS = list(range(7, 7 + BLOCK_TOKENS + 5))
ALL = 1 << 20


def block(start: int, stop: int) -> Bytes:
    return (np.arange(start * 7, stop * 7) % 251).astype(np.uint8)


def whole(path: Path, most: int = ALL, layout: SessionLayout = LAYOUT) -> list[int]:
    """Return all tokens of a file, having compared the rows."""
    tokens: list[int] = []
    for some, rows in read_session(path, layout, most):
        start = len(tokens)
        assert rows.tobytes() == block(start, start + len(rows) // 7).tobytes()
        tokens += some
    return tokens


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "new folder" / "chat.rows"
    write_session(path, LAYOUT, TOKENS, block)
    return path


@pytest.mark.parametrize("count", [0, 1, BLOCK_TOKENS, BLOCK_TOKENS + 1])
def test_what_was_written_comes_back(tmp_path: Path, count: int) -> None:
    write_session(tmp_path / "a", LAYOUT, TOKENS[:count], block)
    assert whole(tmp_path / "a") == TOKENS[:count]
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


@pytest.mark.parametrize("most", [1, BLOCK_TOKENS, BLOCK_TOKENS + 2])
def test_a_shorter_context_takes_the_beginning(path: Path, most: int) -> None:
    assert whole(path, most) == TOKENS[:most]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "ffff"}, "another model"),
        ({"cache_type": "q8_0"}, "a cache in f16, the model one in q8_0"),
        ({"row_bytes": (4, 3)}, "another layout"),
    ],
)
def test_another_model_is_refused(path: Path, change: dict[str, object], words: str) -> None:
    layout = dataclasses.replace(LAYOUT, **change)  # type: ignore[arg-type]
    with pytest.raises(SessionError, match=words) as caught:
        whole(path, layout=layout)
    assert caught.value.hint


def test_another_version_is_refused(path: Path) -> None:
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, len(MAGIC), 2)
    path.write_bytes(data)
    with pytest.raises(SessionError, match="version 2; this KTDesk knows 1"):
        whole(path)


def test_what_is_no_session_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="There is no session"):
        whole(tmp_path / "none")
    with pytest.raises(SessionError, match="cannot be read"):
        whole(tmp_path)
    for content in (b"", b"KTDESK", b"GGUF" * 100):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(SessionError, match="no session of KTDesk"):
            whole(tmp_path / "other")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    path = tmp_path_factory.mktemp("session") / "a"
    write_session(path, LAYOUT, TOKENS, block)
    return path, path.read_bytes()


@given(st.data())
def test_damage_anywhere_is_found(kept: tuple[Path, bytes], data: st.DataObject) -> None:
    path, content = kept
    damaged = bytearray(content)
    place = data.draw(st.integers(0, len(content) - 1))
    damaged[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    with pytest.raises(SessionError):
        whole(path)


@given(st.data())
def test_a_file_of_another_length_is_refused(kept: tuple[Path, bytes], data: st.DataObject) -> None:
    path, content = kept
    length = data.draw(st.integers(0, len(content) + 20).filter(lambda n: n != len(content)))
    path.write_bytes((content + bytes(20))[:length])
    with pytest.raises(SessionError):
        whole(path)


def test_a_full_disk_is_said_and_the_old_file_stays(path: Path) -> None:
    resource = pytest.importorskip("resource")  # POSIX has limits for the sizes of files
    old = path.read_bytes()
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(old) // 2, hard))
    try:
        with pytest.raises(SessionError, match=os.strerror(errno.EFBIG)) as caught:
            write_session(path, LAYOUT, TOKENS[::-1], block)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert "as it was" in caught.value.hint
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_what_interrupts_leaves_nothing(path: Path) -> None:
    def interrupted(start: int, stop: int) -> Bytes:
        raise KeyboardInterrupt

    old = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_session(path, LAYOUT, TOKENS, interrupted)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]
