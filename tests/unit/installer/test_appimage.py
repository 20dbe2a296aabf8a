# SPDX-License-Identifier: Apache-2.0
"""The program in front of an AppImage: it mounts or unpacks what is behind it, and runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from installer import system_packages
from installer.appimage.build import build_runtime, pack, sign

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not Path("/usr/include/squashfuse").exists(),
    reason=f"needs {', '.join(system_packages.APPIMAGE)}",
)

PROGRAM = """#!/bin/sh
test -z "$WAIT" || { echo "it runs"; exec sleep "$WAIT"; }
echo "$APPDIR"
cat "$APPDIR/folder/link"
for word in "$@"; do echo "<$word>"; done
exit 7
"""
TEXT = "Inhalt 内容 " * 100_000


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An AppImage of a small program, in a place with spaces and Chinese."""
    folder = tmp_path_factory.mktemp("made")
    build_runtime(folder / "runtime")
    content = folder / "content"
    (content / "folder").mkdir(parents=True)
    (content / "folder" / "text").write_text(TEXT, encoding="utf-8")
    (content / "folder" / "link").symlink_to("text")
    (content / "AppRun").write_text(PROGRAM)
    (content / "AppRun").chmod(0o755)
    target = folder / "the place 地方" / "small.AppImage"
    target.parent.mkdir()
    pack(content, folder / "runtime", target)
    return target


def run(
    image: Path, *words: str, cache: Path, check: int = 7, **more: str
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XDG_CACHE_HOME": str(cache), "TMPDIR": str(cache)} | more
    done = subprocess.run(
        [image, *words], env=environment, capture_output=True, text=True, cwd=cache, check=False
    )
    assert done.returncode == check, done.stderr
    return done


def test_it_is_an_appimage_of_type_2(image: Path) -> None:
    with image.open("rb") as file:
        assert file.read(4) == b"\x7fELF"
        file.seek(8)
        assert file.read(3) == b"AI\x02"


def test_the_squashfs_begins_where_it_says(image: Path, tmp_path: Path) -> None:
    offset = int(run(image, "--appimage-offset", cache=tmp_path, check=0).stdout)
    assert image.read_bytes()[offset:][:4] == b"hsqs"


def test_it_unpacks_itself_once_and_passes_words_and_exit_code_on(
    image: Path, tmp_path: Path
) -> None:
    words = ("--appimage-extract-and-run", "a b", "程序")
    first = run(image, *words, cache=tmp_path)
    folder, said = first.stdout.split("\n", 1)
    assert Path(folder).parent == tmp_path / "ktdesk-appimage"
    assert said == f"{TEXT}<a b>\n<程序>\n"
    assert "Unpacking once" in first.stderr
    again = run(image, *words, cache=tmp_path)
    assert (again.stdout, again.stderr) == (first.stdout, "")


def test_a_newer_one_takes_the_place_of_those_that_nobody_runs(image: Path, tmp_path: Path) -> None:
    def unpacked() -> set[str]:
        return {path.name for path in (tmp_path / "ktdesk-appimage").iterdir()}

    run(image, cache=tmp_path, APPIMAGE_EXTRACT_AND_RUN="1")
    (old,) = unpacked()
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "WAIT": "60"}
    with subprocess.Popen(
        [image, "--appimage-extract-and-run"], env=environment, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == b"it runs\n"
        os.utime(image, (1, 1))  # as if it were another build
        run(image, cache=tmp_path, APPIMAGE_EXTRACT_AND_RUN="1")
        assert len(unpacked()) == 2
        running.kill()
    os.utime(image, (2, 2))
    run(image, cache=tmp_path, APPIMAGE_EXTRACT_AND_RUN="1")
    assert len(unpacked()) == 1
    assert old not in unpacked()


def test_what_was_unpacked_in_part_is_unpacked_anew(image: Path, tmp_path: Path) -> None:
    first = run(image, cache=tmp_path, APPIMAGE_EXTRACT_AND_RUN="1")
    (folder,) = (tmp_path / "ktdesk-appimage").iterdir()
    (folder / ".whole").unlink()
    (folder / "folder" / "text").unlink()
    again = run(image, cache=tmp_path, APPIMAGE_EXTRACT_AND_RUN="1")
    assert again.stdout == first.stdout


def test_a_cache_that_cannot_be_written_is_told(image: Path) -> None:
    done = subprocess.run(
        [image, "--appimage-extract-and-run"],
        env={"XDG_CACHE_HOME": "/proc/nowhere"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 127
    assert "neither be mounted nor unpacked" in done.stderr


def test_parts_are_unpacked_by_pattern(image: Path, tmp_path: Path) -> None:
    run(image, "--appimage-extract", "folder", cache=tmp_path, check=0)
    made = tmp_path / "squashfs-root"
    assert (made / "folder" / "link").read_text("utf-8") == TEXT
    assert not (made / "AppRun").exists()


def test_the_same_folder_makes_the_same_bytes(image: Path, tmp_path: Path) -> None:
    folder = image.parent.parent
    pack(folder / "content", folder / "runtime", tmp_path / "again.AppImage")
    assert (tmp_path / "again.AppImage").read_bytes() == image.read_bytes()


@pytest.mark.skipif(not os.access("/dev/fuse", os.R_OK | os.W_OK), reason="no FUSE")
def test_it_is_mounted_while_it_runs_and_leaves_nothing(image: Path, tmp_path: Path) -> None:
    done = run(image, "word", cache=tmp_path)
    folder = done.stdout.splitlines()[0]
    if "Unpacking" in done.stderr:
        pytest.skip("this process may not mount")
    assert folder.startswith(f"{tmp_path}/.mount_ktdesk-")
    assert done.stdout.endswith("<word>\n")
    deadline = time.monotonic() + 30
    while folder in map(str, tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert folder not in map(str, tmp_path.iterdir())
    assert folder not in Path("/proc/mounts").read_text()


@pytest.mark.skipif(not shutil.which("gpg"), reason="gpg")
def test_it_is_signed_where_there_is_a_key(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(tempfile.mkdtemp(prefix="gpg"))  # a short path: sockets lie in it
    monkeypatch.setenv("GNUPGHOME", str(home))
    gpg = ("gpg", "--batch", "--quiet")
    make = ("--passphrase", "", "--quick-generate-key", "tester@example.org", "ed25519", "sign")
    subprocess.run([*gpg, *make], check=True, capture_output=True)
    sign(image, "tester@example.org")
    signature = image.with_name(f"{image.name}.asc")
    verify = [*gpg, "--verify", str(signature)]
    assert subprocess.run([*verify, image], check=False, capture_output=True).returncode == 0
    other = tmp_path / "other"
    other.write_bytes(b"other")
    assert subprocess.run([*verify, other], check=False, capture_output=True).returncode == 1
    subprocess.run(["gpgconf", "--kill", "all"], check=True)
    shutil.rmtree(home)
