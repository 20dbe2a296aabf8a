# SPDX-License-Identifier: Apache-2.0
"""The top of the command line: usage, errors, faults, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ktdesk import __version__
from ktdesk.cli import COMMANDS
from ktdesk.errors import ModelFileError
from ktdesk.settings import log_folder


def test_version(ktdesk, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        ktdesk("--version")
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"KTDesk {__version__}\n"


def test_help_names_every_command(ktdesk, capsys) -> None:
    with pytest.raises(SystemExit):
        ktdesk("--help")
    out = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n    {command} " in out


def test_help_names_the_exit_codes(ktdesk, capsys) -> None:
    with pytest.raises(SystemExit):
        ktdesk("--help")
    out = capsys.readouterr().out
    for meaning in ("0 done", "1 failed", "2 wrong usage", "130 interrupted"):
        assert meaning in out


def test_no_command_is_wrong_usage(ktdesk) -> None:
    done = ktdesk()
    assert (done.code, done.out) == (2, "")
    assert "--help" in done.err


def test_an_error_is_a_sentence_and_what_to_do(ktdesk, tmp_path) -> None:
    missing = tmp_path / "missing.gguf"
    done = ktdesk("chat", "--model", missing, "--prompt", "Hi")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"Error: There is no file {missing}.\nCheck the path.\n"


@pytest.mark.logs("KTDesk has a fault")
def test_a_fault_says_where_the_log_is(ktdesk, model, engine) -> None:
    def events(request):
        raise ZeroDivisionError("a fault")
        yield

    engine.events = events
    done = ktdesk("chat", "--model", model, "--prompt", "private words")
    (log,) = log_folder().glob("*.log")
    assert done.code == 70
    assert f"KTDesk has a fault; it is not your doing.\nReport it with the log: {log}" in done.err
    assert "ZeroDivisionError: a fault" in log.read_text(encoding="utf-8")
    assert "private words" not in log.read_text(encoding="utf-8")


@pytest.mark.logs("KTDesk has a fault")
def test_a_fault_is_json_too(ktdesk, model, engine) -> None:
    engine.events = lambda request: iter(())
    done = ktdesk("chat", "--model", model, "--prompt", "Hi", "--json")
    assert done.code == 70
    assert "fault" in json.loads(done.out)["error"]["message"]


@pytest.mark.logs("engine.threads is 'all'")
def test_a_broken_settings_file_is_set_aside_and_said(ktdesk, model, home) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("[engine]\nthreads = 'all'\n")
    done = ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert done.code == 0
    assert "WARNING: The setting engine.threads is 'all', which is not allowed." in done.err
    assert (home / "settings.toml.broken").exists()


def test_help_waits_for_no_heavy_module() -> None:
    heavy = ("torch", "numpy", "tokenizers", "tomlkit", "fastapi", "pydantic", "uvicorn")
    code = f"import sys, ktdesk.cli\nprint([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
@pytest.mark.parametrize("words", [("doctor",), ("--help",), ("run", "--help"), ("families",)])
def test_nobody_reading_is_no_fault(home, words) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "ktdesk", *words],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_text_is_utf8_whatever_the_system_prefers(home) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "ktdesk", "doctor"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert "·" in done.stdout.decode("utf-8")


def test_an_error_names_the_file_it_is_about(ktdesk, model, engine) -> None:
    def cut() -> None:
        raise ModelFileError(model, "The file ends too soon.", hint="Fetch it again.")

    engine.during_load = cut
    done = ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert done.err == f"Error: {model}: The file ends too soon.\nFetch it again.\n"
