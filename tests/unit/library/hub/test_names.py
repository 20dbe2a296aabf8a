# SPDX-License-Identifier: Apache-2.0
"""Names, sizes and hashes that a source may give, and those that it may not."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import DownloadError
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.names import (
    checked_files,
    checked_sha256,
    checked_size,
    is_repository,
    is_safe_path,
)


@pytest.mark.parametrize(
    "path",
    [
        "m.gguf",
        "a/b/c.gguf",
        ".gitattributes",
        "大模型/q4.gguf",
        "a b.gguf",
        "console.gguf",
        "x..y",
    ],
)
def test_safe_paths(path: str) -> None:
    assert is_safe_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/./x", "a//x", "a/", "a\\x", "C:x",
        "C:/x", "\\\\host\\x", "m.gguf:stream", "a\0b", "a\nb", "con", "NUL.gguf", "a/COM1.txt",
        "com¹", "x.", "x ", " x", "a*b", "a?b", 'a"b', "a|b", "<a>", "\u202egguf.exe", "\ud800",
        "x" * 241, "/".join(["x" * 100] * 10),
    ],
)  # fmt: skip
def test_unsafe_paths(path: str) -> None:
    assert not is_safe_path(path)


@given(st.text(max_size=40))
def test_what_is_safe_stays_in_its_folder_on_every_system(path: str) -> None:
    if is_safe_path(path):
        for kind in (PurePosixPath, PureWindowsPath):
            there = kind("/folder").joinpath(path)
            assert there.parts[:2] == kind("/folder").parts
            assert ".." not in there.parts
        assert not PureWindowsPath(path).is_reserved()


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("unsloth/DeepSeek-R1-GGUF", True),
        ("gpt2", True),
        ("a/b/c", False),
        ("a/..", False),
        ("../a", False),
        ("a/b?x=1", False),
        ("a/b%2F", False),
        ("a/", False),
        ("-a/b", False),
        ("a" * 97 + "/b", False),
    ],
)
def test_names_of_repositories(name: str, is_one: bool) -> None:
    assert is_repository(name) is is_one


def test_files_that_would_meet_on_a_disk_are_kept_once() -> None:
    paths = ["A.gguf", "a.gguf", "b/x.gguf", "B", "\u00e9.gguf", "e\u0301.gguf", "../c", "d"]
    kept = checked_files(RemoteFile(path, 1, "") for path in paths)
    assert [file.path for file in kept] == ["A.gguf", "B", "d", "e\u0301.gguf"]


@pytest.mark.parametrize("size", [-1, 1 << 50, True, 1.5, "7", None])
def test_sizes_that_cannot_be(size: object) -> None:
    with pytest.raises(DownloadError, match=r"no size of m\.gguf"):
        checked_size(size, "m.gguf")


@pytest.mark.parametrize("digest", ["0" * 63, "g" * 64, "0" * 65, 7, ["0" * 64]])
def test_hashes_that_cannot_be(digest: object) -> None:
    with pytest.raises(DownloadError, match=r"no checksum of m\.gguf"):
        checked_sha256(digest, "m.gguf")


def test_hashes() -> None:
    assert checked_sha256("AB" * 32, "m.gguf") == "ab" * 32
    assert checked_sha256(None, "m.gguf") == checked_sha256("", "m.gguf") == ""
