# SPDX-License-Identifier: Apache-2.0
"""Which packages of the system are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from installer import system_packages
from ui.debian import QT_NEEDS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such packages")


@pytest.fixture
def dpkg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A dpkg-query that says what it is told to, whatever it is asked."""

    def say(*lines: str) -> None:
        text = "\n".join(lines)
        program = tmp_path / "dpkg-query"
        program.write_text(f"#!/bin/sh\ncat <<'EOF'\n{text}\nEOF\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return say


def test_what_is_not_installed_is_missing(dpkg) -> None:
    dpkg(*(f"installed, {name}, " for name in QT_NEEDS[2:]), f"config-files, {QT_NEEDS[0]}, ")
    assert system_packages.missing_for_window() == list(QT_NEEDS[:2])


def test_another_name_that_provides_a_package_will_do(dpkg) -> None:
    """Ubuntu 24.04 has libglib2.0-0t64, which provides libglib2.0-0 and more."""
    others = [name for name in QT_NEEDS if name != "libglib2.0-0"]
    glib = "installed, libglib2.0-0t64, libglib2.0-0 (= 2.80.0-6ubuntu3), libglib2.0-0-more"
    dpkg(glib, *(f"installed, {name}, " for name in others))
    assert system_packages.missing_for_window() == []


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="not Debian")
def test_dpkg_understands_what_it_is_asked() -> None:
    assert "dpkg" not in system_packages._not_installed(["dpkg"])


def test_it_is_asked_before_anything_is_installed() -> None:
    root = str(Path(system_packages.__file__).parents[1])
    program = f"import sys; sys.path.insert(0, {root!r}); import installer.system_packages"
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True)
