# SPDX-License-Identifier: Apache-2.0
"""The installer for Windows, around two small programs: real ones are tried by `verify.sh`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from installer.windows import signing
from installer.windows.native import call
from installer.windows.package import make_setup
from installer.windows.stand_ins import COMPILER
from installer.windows.verify import Installation
from installer.windows.wine import clean_wine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(map(shutil.which, ("wine", "makensis", COMPILER))), reason="needs Wine, NSIS, MinGW"
    ),
]

# Does of the real one what the test looks at: serves until it is ended, leaves data of its user.
PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int main(int count, char** words) {
  if (count > 1 && !strcmp(words[1], "serve")) {
    puts("here");
    fflush(stdout);
    Sleep(INFINITE);
  }
  if (count > 1 && !strcmp(words[1], "--smoke-test")) {
    char path[MAX_PATH];
    snprintf(path, sizeof path, "%s\\ktdesk", getenv("LOCALAPPDATA"));
    CreateDirectoryA(path, 0);
    strcat(path, "\\chats");
    fclose(fopen(path, "w"));
  }
  return 0;
}
"""


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """A folder that is laid out as PyInstaller does."""
    folder = tmp_path / "frozen 程序"
    (folder / "_internal" / "模型").mkdir(parents=True)
    (folder / "_internal" / "模型" / "some file.txt").write_text("text")
    (folder / "_internal" / "empty").touch()
    source = tmp_path / "program.c"
    source.write_text(PROGRAM)
    subprocess.run([COMPILER, "-o", folder / "ktdesk.exe", source], check=True)
    shutil.copy(folder / "ktdesk.exe", folder / "ktdesk-app.exe")
    return folder


def test_what_it_installs_can_be_used_upgraded_and_removed(tmp_path: Path, frozen: Path) -> None:
    setup = tmp_path / "KTDesk-Setup.exe"
    make_setup(frozen, setup, is_quick=True)
    with clean_wine() as wine:
        Installation(wine, setup, frozen).verify()


@pytest.mark.skipif(not shutil.which("osslsigncode"), reason="needs osslsigncode")
def test_where_there_is_a_certificate_all_programs_are_signed(
    tmp_path: Path, frozen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, public, both = (tmp_path / name for name in ("key.pem", "public.pem", "both.pfx"))
    ask = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test", "-days", "2"]
    usage = ["-addext", "extendedKeyUsage=codeSigning"]
    call("openssl", "req", *ask, *usage, "-keyout", key, "-out", public)
    pack = ["-export", "-inkey", key, "-in", public, "-passout", "pass:secret word"]
    call("openssl", "pkcs12", *pack, "-out", both)
    monkeypatch.setenv("KTDESK_CERTIFICATE", str(both))
    monkeypatch.setenv("KTDESK_CERTIFICATE_PASSWORD", "secret word")

    setup = tmp_path / "KTDesk-Setup.exe"
    make_setup(frozen, setup, is_quick=True)
    assert signing.is_possible()
    for program in (setup, frozen / "ktdesk.exe", frozen / "ktdesk-app.exe"):
        call("osslsigncode", "verify", "-CAfile", public, "-in", program)
