# SPDX-License-Identifier: Apache-2.0
"""What names the newest version: the program reads what the release writes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from installer import feed
from ktdesk import RELEASES, __version__
from ktdesk.settings import Settings, UpdatesSettings
from ktdesk.updates import ReleaseFile, newest_release

NAMES = [f"KTDesk-{__version__}-x86_64.AppImage", f"KTDesk-{__version__}-Setup.exe"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*NAMES, "KTDesk-0.0.1-Setup.exe", f"{NAMES[0]}.sha256"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_the_program_reads_what_names_the_packages_of_this_version(folder: Path) -> None:
    assert feed.main(str(folder)) == 0
    settings = UpdatesSettings(feed=(folder / feed.NAME).as_uri())
    release = newest_release(Settings(updates=settings))
    assert release.files == tuple(
        ReleaseFile(name, len(name), hashlib.sha256(name.encode()).hexdigest()) for name in NAMES
    )
    assert (release.version, release.is_newer) == (__version__, False)
    assert release.page == RELEASES


def test_the_date_is_that_of_the_sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    path = feed.write_feed(folder, [])
    assert json.loads(path.read_text())["date"] == date(2023, 11, 14).isoformat()


def test_nothing_is_no_release(tmp_path: Path) -> None:
    assert feed.main(str(tmp_path)) == 1
    assert not any(tmp_path.iterdir())


def test_it_needs_nothing_but_python(folder: Path) -> None:
    """Packages of several systems come together where KTDesk is not installed."""
    command = [sys.executable, "-I", "-S", "-c"]
    program = f"import sys; sys.path.insert(0, {str(feed.ROOT)!r}); from installer import feed; "
    done = subprocess.run([*command, f"{program}sys.exit(feed.main({str(folder)!r}))"], check=False)
    assert done.returncode == 0
