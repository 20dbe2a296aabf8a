# SPDX-License-Identifier: Apache-2.0
"""`ktdesk models verify`, `move`, `delete`, `adopt` and `folders`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.settings import load_settings, models_folder
from tests.unit.library.shelf.making import break_off_move, lock_of, model, put


@pytest.fixture(autouse=True)
def no_models_of_other_programs(home: Path) -> None:
    put(home, {"settings.toml": b"[models]\nother_programs = false"})


@pytest.fixture
def folder() -> Path:
    """Two models that a source has told the checksums of, one of them damaged, and one of mine."""
    files = {"good.gguf": model("Good"), "bad.gguf": model("Bad")}
    folder = models_folder() / "owner" / "name"
    put(folder, files)
    write_lock(folder, lock_of(files))
    damaged = bytearray(files["bad.gguf"])
    damaged[-1] ^= 1
    put(folder, {"bad.gguf": bytes(damaged), "mine.gguf": model("Mine")})
    return folder


def test_every_byte_is_compared(ktdesk, folder: Path) -> None:
    done = ktdesk("models", "verify")
    assert done.code == 1
    lines = done.out.splitlines()
    told = {name: text.strip() for name, text in zip(lines[::2], lines[1::2], strict=True)}
    assert told == {
        "Good": "good.gguf  right",
        "Bad": "bad.gguf  has other bytes than it should",
        "Mine": "mine.gguf  nobody says what it should be; from now on changes are noticed",
    }
    assert "damaged" in json.dumps(json.loads(ktdesk("models", "list", "--json").out))


def test_one_model_can_be_verified(ktdesk, folder: Path) -> None:
    done = ktdesk("models", "verify", "good", "--json")
    assert done.code == 0
    [told] = json.loads(done.out)["models"]
    assert [(f["path"], f["outcome"]) for f in told["files"]] == [
        (str(folder / "good.gguf"), "right")
    ]
    assert ktdesk("models", "verify", folder / "mine.gguf").code == 0


def test_json_may_be_asked_for_before_the_command(ktdesk, folder: Path) -> None:
    told = [
        json.loads(ktdesk(*words).out)["models"]
        for words in (
            ("models", "--json"),
            ("models", "--json", "list"),
            ("models", "list", "--json"),
        )
    ]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 3


def test_a_model_that_is_not_there_is_said(ktdesk, folder: Path) -> None:
    done = ktdesk("models", "verify", "goood")
    assert done.code == 1
    assert "Did you mean 'good'?" in done.err


def test_two_models_of_one_name_are_told_apart_by_their_paths(ktdesk, folder: Path) -> None:
    put(models_folder(), {"other.gguf": model("Good")})
    done = ktdesk("models", "verify", "Good")
    assert done.code == 1
    assert f"{folder / 'good.gguf'}" in done.err
    assert f"{models_folder() / 'other.gguf'}" in done.err


def test_folders_are_listed_added_chosen_and_removed(ktdesk, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    assert f"{models_folder()}\n" in ktdesk("models", "folders").out
    assert "gets what is fetched" in ktdesk("models", "folders").out
    assert ktdesk("models", "folders", "add", more).code == 0
    listed = json.loads(ktdesk("models", "folders", "download-to", more, "--json").out)["folders"]
    assert [(each["path"], each["gets_downloads"]) for each in listed] == [
        (str(models_folder()), False),
        (str(more), True),
    ]
    ktdesk("models", "folders", "remove", more)
    assert more.is_dir()
    assert load_settings().models.folders == ()
    assert load_settings().models.downloads == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nowhere"), "is not a folder that can be read"),
        (("add",), "It is not said which folder"),
        (("remove", "KTDesk's own"), "KTDesk's own folder"),
    ],
)
def test_what_cannot_be_a_folder_is_said(ktdesk, arguments, said) -> None:
    if arguments[-1] == "KTDesk's own":
        arguments = ("remove", models_folder())
    done = ktdesk("models", "folders", *arguments)
    assert done.code == 1
    assert said in done.err


def test_a_model_is_moved(ktdesk, folder: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    done = ktdesk("models", "move", "good", "--to", more)
    assert done.code == 1
    assert "is not a folder of models" in done.err
    ktdesk("models", "folders", "add", more)
    target = more / "owner" / "name" / "good.gguf"
    assert ktdesk("models", "move", "good", "--to", more).out == f"{target}\n"
    assert target.read_bytes() == model("Good")
    assert not (folder / "good.gguf").exists()
    assert "No move was broken off" in ktdesk("models", "move").err


@pytest.mark.parametrize("option", [(), ("--undo",)])
def test_a_move_that_was_broken_off_is_told_and_finished_or_undone(
    ktdesk, folder: Path, tmp_path: Path, option: tuple[str, ...]
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    plan = break_off_move(folder / "good.gguf", more)
    assert "Moving Good was broken off" in ktdesk("models").err
    file = plan.files[0]
    here, there = (file.source, file.target) if option else (file.target, file.source)
    assert ktdesk("models", "move", *option).out == f"{here}\n"
    assert here.read_bytes() == model("Good")
    assert not there.exists()
    assert not plan.stage.exists()
    assert "broken off" not in ktdesk("models").err


def test_moving_needs_a_place(ktdesk, folder: Path) -> None:
    assert "It is not said where to" in ktdesk("models", "move", "good").err


@pytest.fixture
def bin_(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is in the recycle bin."""
    names: list[str] = []

    def put_in(path: Path) -> None:
        names.append(Path(path).name)
        Path(path).unlink()

    monkeypatch.setattr("send2trash.send2trash", put_in)
    return names


def test_deleting_says_what_goes_and_needs_a_yes(ktdesk, folder: Path, bin_: list[str]) -> None:
    done = ktdesk("models", "delete", "good")
    assert done.code == 1
    assert f"Good, which frees {len(model('Good'))} bytes:\n    {folder / 'good.gguf'}" in done.err
    assert "Say --yes" in done.err
    assert (folder / "good.gguf").exists()
    assert ktdesk("models", "delete", "good", "--yes").code == 0
    assert bin_ == ["good.gguf"]


def test_deleting_for_good_needs_no_bin(ktdesk, folder: Path, bin_: list[str]) -> None:
    done = ktdesk("models", "delete", "mine", "good", "--for-good", "--yes", "--json")
    assert [each["name"] for each in json.loads(done.out)["deleted"]] == ["Mine", "Good"]
    assert sorted(path.name for path in folder.glob("*.gguf")) == ["bad.gguf"]
    assert bin_ == []


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("no", 1), ("", 1)])
def test_a_person_is_asked(ktdesk, folder: Path, bin_, monkeypatch, answer, code) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    assert ktdesk("models", "delete", "good").code == code
    assert bool(bin_) == (code == 0)


def test_models_elsewhere_are_used_where_they_are(ktdesk, tmp_path: Path) -> None:
    old = tmp_path / "old"
    files = {"a.gguf": model("A"), "deep/b.gguf": model("B")}
    put(old, files)
    write_lock(old, lock_of(files))
    done = ktdesk("models", "adopt", old / "a.gguf")
    assert done.code == 0
    assert {line.split("  ")[0] for line in done.out.splitlines()[::2]} == {"A", "B"}
    assert load_settings().models.folders == (str(old),)
    assert {path.name for path in old.rglob("*.gguf")} == {"a.gguf", "b.gguf"}
    assert ktdesk("models", "adopt", old / "deep").code == 0  # it is looked through already
    assert load_settings().models.folders == (str(old),)
    assert ktdesk("models", "verify", "a").code == 0


def test_nothing_there_to_adopt_is_said(ktdesk, tmp_path: Path) -> None:
    assert "There is no" in ktdesk("models", "adopt", tmp_path / "nothing").err
    (tmp_path / "empty").mkdir()
    assert "no models there yet" in ktdesk("models", "adopt", tmp_path / "empty").err
