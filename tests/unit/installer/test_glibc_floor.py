# SPDX-License-Identifier: Apache-2.0
"""The oldest glibc that programs and libraries ask for."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from installer.glibc_floor import main, newest, parsed, versions

HEADERS = """
Version References:
  required from libc.so.6:
    0x0d696914 0x00 04 GLIBC_2.4
    0x06969194 0x00 03 GLIBC_2.14
    0x09691a75 0x00 02 GLIBC_2.9
  required from libstdc++.so.6:
    0x0297f870 0x00 05 GLIBCXX_3.4.30
    0x0297f870 0x00 05 GLIBC_PRIVATE
"""


def test_versions_are_compared_as_numbers_and_only_those_of_glibc() -> None:
    assert newest(HEADERS) == (2, 14)
    assert newest("") == (0,)
    assert parsed("2.9") < parsed("2.36")


needs_tools = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("objdump"), reason="objdump"
)


@needs_tools
def test_a_folder_is_judged_by_the_most_that_a_file_asks_for(tmp_path: Path, capsys) -> None:
    native = sys.modules["ktdesk._native"].__file__ if "ktdesk._native" in sys.modules else None
    shutil.copy(native or Path(sys.executable).resolve(), tmp_path / "program")
    (tmp_path / "text").write_text("not a program")
    ((path, version),) = versions(tmp_path)
    assert path.name == "program"
    assert version >= (2, 4)
    assert main(str(tmp_path)) == 0
    assert main(str(tmp_path), "2.2") == 1
    assert "More than glibc 2.2" in capsys.readouterr().out


def test_a_folder_without_programs_is_no_success(tmp_path: Path) -> None:
    assert main(str(tmp_path)) == 1
