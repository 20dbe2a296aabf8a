# SPDX-License-Identifier: Apache-2.0
"""Orders of what sources offer: what they are called, and that they stay in their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.ordering import order_of
from ktdesk.library.hub.listing import Listing, RemoteFile, Variant

SHARDS = tuple(RemoteFile(f"Q4_K_M/R1-Q4_K_M-0000{n}-of-00002.gguf", 5, "") for n in (1, 2))


def order(root: Path, repository: str, label: str = "Q4_K_M", missing: tuple[int, ...] = ()):
    listing = Listing("huggingface", repository, "f00", "mit", is_gated=False, files=SHARDS)
    return order_of(listing, Variant(label, SHARDS, missing), root)


@pytest.mark.parametrize(
    ("repository", "title", "folder"),
    [
        ("maker/R1-GGUF", "R1-GGUF Q4_K_M", "maker/R1-GGUF"),
        ("maker/R1-Q4_K_M-GGUF", "R1-Q4_K_M-GGUF", "maker/R1-Q4_K_M-GGUF"),
        ("R1", "R1 Q4_K_M", "R1"),
        ("deep/er/maker/R1", "R1 Q4_K_M", "maker/R1"),
        (".", "R1-Q4_K_M", "R1-Q4_K_M"),
    ],
)
def test_it_is_called_and_placed_as_its_repository(
    tmp_path: Path, repository: str, title: str, folder: str
) -> None:
    made = order(tmp_path, repository)
    assert (made.title, made.folder) == (title, tmp_path / folder)
    assert (made.files, made.size_bytes) == (SHARDS, 10)


@pytest.mark.parametrize("repository", ["..", "../..", "a/..", "con/x", "a/b.", "a\\b/c", "a/b:c"])
def test_it_stays_in_its_folder_on_every_system(tmp_path: Path, repository: str) -> None:
    with pytest.raises(DownloadError, match="refused"):
        order(tmp_path, repository)


def test_what_lacks_parts_is_not_ordered(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="lacks parts of Q4_K_M: 2, 3"):
        order(tmp_path, "a/b", missing=(2, 3))
