# SPDX-License-Identifier: Apache-2.0
"""Names of files from elsewhere stay in their folder, on every system."""

from __future__ import annotations

import ntpath
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.names import check_names, place


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "model-00001-of-00009.gguf",
        "Q4_K_M/a b.gguf",
        ".gitattributes",
        "模型/文件",
        "a..b",
        "con1",
    ],
)
def test_usual_names_are_taken(path: str, tmp_path: Path) -> None:
    check_names([path])
    assert place(tmp_path, path) == tmp_path.joinpath(*path.split("/"))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "//a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "a\\b",
        "..\\a",
        "C:a",
        "c:/a",
        "a\0b",
        "a\nb",
        "a\x7f",
        "a:stream",
        "a?",
        "a*",
        "nul",
        "NUL.gguf",
        "x/Com1.txt",
        "LPT¹",
        "aux .gguf",
        "a.",
        "a ",
        " a",
        "a./b",
        "\ud800",
        "x" * 300,
        "Model.lock.json",
        ".ktdesk-download",
        ".ktdesk-download-journal",
    ],
)
def test_others_are_refused(path: str) -> None:
    with pytest.raises(DownloadError, match="refused"):
        check_names([path])


@pytest.mark.parametrize(
    "paths",
    [
        ("a", "A"),
        ("a", "a"),
        ("é", "e\u0301"),
        ("a", "a/b"),
        ("A/b", "a"),
        ("x.gguf", "x.gguf.part"),
    ],
)
def test_names_that_stand_in_each_others_way_are_refused(paths: tuple[str, ...]) -> None:
    for path in paths:
        check_names([path])
    with pytest.raises(DownloadError, match="refused"):
        check_names(paths)
    with pytest.raises(DownloadError, match="refused"):
        check_names(reversed(paths))


def is_reserved(path: str) -> bool:
    """Return what Python says of a name on Windows; it moved the question in 3.13."""
    ask = getattr(ntpath, "isreserved", None)
    return ask(path) if ask else PureWindowsPath(path).is_reserved()


@given(st.text(st.sampled_from("a./\\:~ CONuxé\0"), max_size=12))
def test_no_name_leaves_its_folder(path: str) -> None:
    try:
        check_names([path])
    except DownloadError:
        return
    assert ".." not in Path(path).parts
    assert not Path(path).is_absolute()
    windows = PureWindowsPath(path)
    assert not windows.drive + windows.root
    assert not is_reserved(path)
    assert windows.as_posix() == path
