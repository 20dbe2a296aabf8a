# SPDX-License-Identifier: Apache-2.0
"""What is checked of a release, and that a check can fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installer import feed, release
from installer.bill import write_bill
from installer.checksum import write_checksum
from installer.components import Component
from installer.description import bill_of
from installer.licences import write_licences
from ktdesk import __version__

PARTS = [Component(name, "1", "MIT") for name in ("CPython", "PySide6_Essentials", "torch")]


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    folder = tmp_path / "KTDesk"
    folder.mkdir()
    write_bill(bill_of(folder), "KTDesk", "1", PARTS, 0)
    write_licences(folder / "licenses", PARTS)
    return folder


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / f"KTDesk-{__version__}-x86_64.AppImage"
    path.write_text("#!/bin/sh\necho KTDesk 1\n")
    path.chmod(0o755)
    write_bill(bill_of(path), "KTDesk", "1", PARTS, 0)
    write_checksum(path)
    return path


def test_packages_are_found_and_what_lies_beside_them_is_none(frozen: Path, image: Path) -> None:
    assert release.packages(frozen.parent) == [frozen, image]


def test_a_whole_release_passes_and_is_listed(
    image: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(release, "DIST", image.parent)
    assert release.main() == 0
    row = capsys.readouterr().out.splitlines()[-2]
    assert row.split(maxsplit=2) == [image.name, "0", "bill of materials, checksum, starts"]
    assert [
        file["name"] for file in json.loads((image.parent / feed.NAME).read_text())["files"]
    ] == [image.name]


def test_what_was_changed_fails(image: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    image.write_text("#!/bin/sh\nexit 1\n")
    monkeypatch.setattr(release, "DIST", image.parent)
    assert release.main() == 1
    assert "checksum FAILED, starts FAILED" in capsys.readouterr().out
    assert not (image.parent / feed.NAME).exists()


def test_nothing_is_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "DIST", tmp_path)
    assert release.main() == 1


def test_a_part_without_a_licence_fails(frozen: Path) -> None:
    assert release.has_licences(frozen)
    bill = json.loads(bill_of(frozen).read_text())
    bill["components"].append({"name": "more", "version": "2"})
    bill_of(frozen).write_text(json.dumps(bill))
    assert not release.has_licences(frozen)


def test_a_bill_without_torch_or_without_file_fails(frozen: Path) -> None:
    assert release.has_bill(frozen)
    write_bill(bill_of(frozen), "KTDesk", "1", PARTS[:2], 0)
    assert not release.has_bill(frozen)
    bill_of(frozen).unlink()
    assert not release.has_bill(frozen)
