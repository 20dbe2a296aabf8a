# SPDX-License-Identifier: Apache-2.0
"""The journal of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.journal import Block, Journal, Record
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.seal import Seal

FILE = RemoteFile("a/b.gguf", 100, "ab" * 32)


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert journal.records((FILE,))[0] == Record()
        journal.add(FILE.path, Block(0, 10, 5), "hub", '"1"')
        journal.add(FILE.path, Block(50, 60, 1 << 31), "hub", '"1"')
        journal.add(FILE.path, Block(0, 20, 7), "hub", '"1"')
    with Journal(tmp_path) as journal:
        blocks = (Block(0, 20, 7), Block(50, 60, 1 << 31))
        assert journal.records((FILE,))[0] == Record("hub", '"1"', None, blocks)
        journal.remove(FILE.path, blocks[:1])
        journal.set_seal(FILE.path, Seal(1, 2, 1 << 100))
    with Journal(tmp_path) as journal:
        assert journal.records((FILE,))[0] == Record("hub", '"1"', Seal(1, 2, 1 << 100), blocks[1:])


@pytest.mark.parametrize(
    "other", [RemoteFile(FILE.path, 101, FILE.sha256), RemoteFile(FILE.path, 100, "")]
)
def test_another_file_of_the_name_begins_with_nothing(tmp_path: Path, other: RemoteFile) -> None:
    with Journal(tmp_path) as journal:
        journal.records((FILE,))[0]
        journal.add(FILE.path, Block(0, 10, 5), "hub", '"1"')
        assert journal.records((other,))[0] == Record()
        assert journal.records((other,))[0] == Record()


def test_it_ends_with_the_last_file(tmp_path: Path) -> None:
    second = RemoteFile("c", 1, "")
    with Journal(tmp_path) as journal:
        journal.records((FILE,))[0]
        journal.records((second,))[0]
        journal.finish((FILE.path,))
    assert journal.path.exists()
    with Journal(tmp_path) as journal:
        journal.records((second,))[0]
        journal.finish((second.path,))
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_opens_it(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(DownloadError, match="Another download"):
        Journal(tmp_path)
    with Journal(tmp_path):
        pass


def test_a_file_that_is_no_journal_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / ".ktdesk-download").write_bytes(b"something else, and long enough" * 100)
    with Journal(tmp_path) as journal:
        assert journal.records((FILE,))[0] == Record()
    assert (tmp_path / ".ktdesk-download.broken").exists()


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        Journal(tmp_path / "gone")
    assert caught.value.kind == "unwritable"
