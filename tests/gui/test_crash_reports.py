# SPDX-License-Identifier: Apache-2.0
"""Reports of crashes: of faults, of native code that ended the program; few, without secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ui.crash_reports import KEPT, CrashReports

ROOT = Path(__file__).parents[2]


@pytest.fixture
def reports(tmp_path: Path) -> CrashReports:
    return CrashReports(tmp_path / "crashes")


def fail(question: str) -> None:
    raise ValueError("token hf_abcdefghijkl", len(question))


def write(reports: CrashReports) -> Path:
    with pytest.raises(ValueError, match="token") as caught:
        fail("".join(("what the ", "user asked")))
    path = reports.write(caught.type, caught.value, caught.tb)
    assert path is not None
    return path


def test_a_report_says_where_and_no_more(reports: CrashReports) -> None:
    text = write(reports).read_text("utf-8")
    assert "KTDesk 0." in text
    assert "in fail" in text
    assert "what the user asked" not in text
    assert "hf_abcdefghijkl" not in text


def test_the_newest_are_kept(reports: CrashReports) -> None:
    paths = [write(reports) for _ in range(KEPT + 3)]
    assert len(reports.found()) == KEPT
    assert paths[-1] in reports.found()
    reports.delete_all()
    assert reports.found() == []


def test_native_code_that_ends_the_program_leaves_a_report(reports: CrashReports) -> None:
    code = f"""
import ctypes
from pathlib import Path
from ui.crash_reports import CrashReports
CrashReports(Path({str(reports.folder)!r})).watch()
ctypes.string_at(0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60)
    assert done.returncode != 0
    assert reports.found() == []
    reports.watch()
    (path,) = reports.found()
    assert "string_at" in path.read_text("utf-8")
    reports.end()
    assert list(reports.folder.iterdir()) == [path]


def test_a_program_that_still_runs_keeps_its_notes(reports: CrashReports) -> None:
    reports.folder.mkdir()
    other = reports.folder / f"running-{os.getppid()}.txt"
    other.write_text("half of it")
    reports.watch()
    reports.end()
    assert other.read_text() == "half of it"
    assert reports.found() == []


@pytest.mark.logs("cannot be written")
def test_a_folder_that_cannot_be_written_keeps_nobody_from_starting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reports = CrashReports(tmp_path / "file" / "crashes")
    reports.watch()
    assert reports.write(ValueError, ValueError("oops"), None) is None
    reports.end()
