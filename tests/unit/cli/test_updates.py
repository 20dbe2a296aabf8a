# SPDX-License-Identifier: Apache-2.0
"""`ktdesk updates`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ktdesk import __version__

FILE = {"name": "KTDesk-9.0.0-Setup.exe", "size": 250_000_000, "sha256": "0a" * 32}


@pytest.fixture
def name_newest(home: Path, tmp_path: Path):
    """Say which version is the newest, where the settings say that it is looked for."""

    def name(version: str) -> None:
        feed = tmp_path / "latest.json"
        addresses = {"notes": "https://example.org/new", "page": "https://example.org/"}
        document = {"version": version, "date": "2026-12-01", **addresses, "files": [FILE]}
        feed.write_text(json.dumps(document), encoding="utf-8")
        home.mkdir(exist_ok=True)
        settings = f'[updates]\nfeed = "{feed.as_uri()}"\n'
        (home / "settings.toml").write_text(settings, encoding="utf-8")

    return name


def test_a_newer_version_is_named_with_all_that_is_needed_to_check_it(ktdesk, name_newest) -> None:
    name_newest("9.0.0")
    done = ktdesk("updates")
    assert done.code == 0
    first, notes, page, file = done.out.splitlines()
    assert first == f"KTDesk 9.0.0 of 2026-12-01 is newer than this one, {__version__}."
    assert notes.endswith("https://example.org/new")
    assert page.endswith("https://example.org/")
    assert file.split() == ["KTDesk-9.0.0-Setup.exe", "250", "MB", "sha256", "0a" * 32]


def test_nothing_newer_is_said_too(ktdesk, name_newest) -> None:
    name_newest(__version__)
    assert ktdesk("updates").out == f"There is nothing newer than this KTDesk {__version__}.\n"


def test_programs_get_the_data(ktdesk, name_newest) -> None:
    name_newest("9.0.0")
    said = json.loads(ktdesk("updates", "--json").out)
    assert (said["version"], said["is_newer"]) == (__version__, True)
    assert said["newest"]["files"] == [
        {"name": FILE["name"], "size_bytes": FILE["size"], "sha256": FILE["sha256"]}
    ]


def test_what_cannot_be_known_is_an_error(ktdesk, name_newest) -> None:
    name_newest("newest")
    done = ktdesk("updates")
    assert (done.code, done.out) == (1, "")
    assert "The newest version of KTDesk is not known." in done.err
