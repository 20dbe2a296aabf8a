# SPDX-License-Identifier: Apache-2.0
"""The log: one file per run, few runs, nothing on the terminal unless asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk import log


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    log.close()
    logging.captureWarnings(capture=False)


def test_a_run_writes_its_own_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = log.configure(tmp_path / "logs")
    logging.getLogger("ktdesk.x").info("loaded")
    logging.getLogger("library").info("chatter")
    assert path is not None
    assert "INFO MainThread ktdesk.x: loaded\n" in path.read_text(encoding="utf-8")
    assert "chatter" not in path.read_text(encoding="utf-8")
    assert capsys.readouterr() == ("", "")


def test_the_oldest_runs_make_room(tmp_path: Path) -> None:
    for hour in range(20):
        (tmp_path / f"20200101-{hour:02}0000-1.log").touch()
    (tmp_path / "20200101-000000-1.log.1").touch()
    path = log.configure(tmp_path)
    kept = sorted(p.name for p in tmp_path.iterdir())
    assert path is not None
    assert kept == [f"20200101-{hour}0000-1.log" for hour in range(11, 20)] + [path.name]


def test_a_long_run_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "RUN_BYTES", 2000)
    log.configure(tmp_path)
    for number in range(200):
        logging.getLogger("ktdesk").info("line %d", number)
    sizes = [p.stat().st_size for p in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= 2000


@pytest.mark.logs("loud")
@pytest.mark.logs("a traceback")
def test_warnings_reach_the_terminal_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(tmp_path, to_stderr="WARNING")
    logging.getLogger("ktdesk").info("quiet")
    logging.getLogger("ktdesk").warning("loud")
    logging.getLogger("ktdesk").error("a traceback", exc_info=ValueError("x"))
    assert capsys.readouterr() == ("", "WARNING: loud\n")


@pytest.mark.logs("there is no log file")
def test_without_a_place_to_write_the_program_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    assert log.configure(tmp_path / "taken", to_stderr="WARNING") is None
    assert "there is no log file" in capsys.readouterr().err


def test_the_newest_messages_are_kept_in_memory(tmp_path: Path) -> None:
    recent = log.Recent(most=3)
    log.configure(tmp_path, recent=recent)
    for number in range(5):
        logging.getLogger("ktdesk.x").info("number %d", number)
    assert [(line.number, line.text) for line in recent.since(0)] == [
        (3, "number 2"),
        (4, "number 3"),
        (5, "number 4"),
    ]
    assert [line.text for line in recent.since(4)] == ["number 4"]
    assert recent.since(5) == []
    recent.clear()
    assert recent.since(0) == []
    logging.getLogger("ktdesk.x").info("later")
    assert [line.number for line in recent.since(5)] == [6]


def test_what_is_private_is_in_the_file_alone(tmp_path: Path) -> None:
    recent = log.Recent()
    path = log.configure(tmp_path, recent=recent)
    logging.getLogger("ktdesk.x").info("it says %r", "hello", extra={"private": True})
    assert recent.since(0) == []
    assert path is not None
    assert "hello" in path.read_text("utf-8")


@pytest.mark.parametrize(
    "secret",
    [
        "hf_abcdefghijklmnop",
        "ktdesk-abcdefghijklmnopqrstuvwxyz_-12345",
        "sk-abcdefghijklmnopqrst",
        "Bearer abc.def",
        "https://me:word@example.org/x",
    ],
)
def test_secrets_are_blotted_out(secret: str) -> None:
    said = log.without_secrets(f"before {secret} after")
    assert "***" in said
    assert not any(part in said for part in ("abc", "word"))
    assert said.startswith("before ")
    assert said.endswith(" after")
