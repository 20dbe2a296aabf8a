# SPDX-License-Identifier: Apache-2.0
"""`ktdesk completion`: what words can become, also in a real bash."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ktdesk.cli import COMMANDS, make_parser
from ktdesk.cli.completing import complete

NAMES = {"MODEL": lambda: ["demo", "big model"], "NAME|FILE": lambda: ["cpu_only", "one_gpu"]}
SHELLS = ("bash", "zsh", "fish", "powershell")


def words(*line: str) -> list[str]:
    return [each.word for each in complete(make_parser(), line, NAMES)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["ru"], ["run"]),
        (["run", ""], ["demo", "big model"]),
        (["run", "d"], ["demo"]),
        (["run", "demo", "Why?", ""], []),
        (["run", "--temperature", "0", "d"], ["demo"]),
        (["run", "--temperature=0", "d"], ["demo"]),
        (["run", "--json", "d"], ["demo"]),
        (["run", "demo", "--json-"], ["--json-object", "--json-schema"]),
        (["chat", "--placement", "o"], ["one_gpu"]),
        (["chat", "--placement", "=", "o"], ["one_gpu"]),
        (["chat", "--placement", "="], ["cpu_only", "one_gpu"]),
        (["chat", "--placement=o"], ["--placement=one_gpu"]),
        (["chat", "--thinking", ""], ["on", "off"]),
        (["chat", "--cache", "q"], ["q8_0"]),
        (["chat", "--grammar", ""], []),
        (["serve", "--new-key", "--mo"], ["--model"]),
        (["models", "fo"], ["folders"]),
        (["models", "downloads", "p"], ["pause"]),
        (["nothing", ""], []),
        (["chat", "--nothing", "--ju"], []),
        ([], list(COMMANDS)),
    ],
)
def test_what_can_follow(line: list[str], expected: list[str]) -> None:
    assert words(*line) == expected


def test_candidates_say_what_they_mean() -> None:
    (found,) = complete(make_parser(), ["perp"], {})
    assert found.about.startswith("Measure how well a model foresees")
    (found,) = complete(make_parser(), ["chat", "--top-k"], {})
    assert "%%" not in found.about


def test_the_words_come_from_standard_input(ktdesk, typed) -> None:
    typed("chat\n--thinking\nof\n")
    assert ktdesk("completion", "--words").out == "off\t\n"
    typed("chat\n--thinking\n\n")
    told = json.loads(ktdesk("completion", "--words", "--json").out)
    assert [each["word"] for each in told["candidates"]] == ["on", "off"]


def test_models_that_were_found_are_candidates(ktdesk, typed, monkeypatch) -> None:
    found = [SimpleNamespace(id="good", problem=""), SimpleNamespace(id="gone", problem="No.")]
    for those in ("found_models", "usable_models"):
        monkeypatch.setattr(f"ktdesk.cli.completion.{those}", lambda settings: found)
    for line, expected in (("run\ng", "good\t\n"), ("models\ndelete\ng", "good\t\ngone\t\n")):
        typed(line)
        assert ktdesk("completion", "--words").out == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script(ktdesk, shell) -> None:
    plain, as_json = ktdesk("completion", shell), ktdesk("completion", shell, "--json")
    assert "completion --words" in plain.out
    assert json.loads(as_json.out)["script"] == plain.out


@pytest.mark.parametrize(
    ("shell", "check"), [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")]
)
def test_shells_can_read_their_scripts(ktdesk, tmp_path, shell, check) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    script = tmp_path / "script"
    script.write_text(ktdesk("completion", shell).out)
    done = subprocess.run([shell, check, script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_shell_is_wrong_use(ktdesk) -> None:
    done = ktdesk("completion")
    assert (done.code, done.out) == (2, "")
    assert "powershell" in done.err


@pytest.fixture
def bash(tmp_path: Path, ktdesk, monkeypatch) -> list[str]:
    """A bash that knows a program `ktdesk` and completes it."""
    if sys.platform == "win32" or shutil.which("bash") is None:
        pytest.skip("there is no bash")
    program = tmp_path / "bin" / "ktdesk"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ktdesk "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    script = tmp_path / "completion.bash"
    script.write_text(ktdesk("completion", "bash").out)
    return ["bash", "--noprofile", "--rcfile", str(script)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ktdesk placements one\t", "one_gpu "),
        ("ktdesk chat --thinking of\t", "--thinking off "),
        ("ktdesk chat --placement=cpu\t", "--placement=cpu_only "),
        ("ktdesk run my\t", "my\\ file.gguf "),
    ],
)
def test_tab_completes_in_bash(bash, tmp_path, line, expected) -> None:
    """Type into an interactive bash, press Tab, and see what the line has become."""
    import pty

    (tmp_path / "my file.gguf").touch()
    shown, deadline = b"", time.monotonic() + 30
    main, its = pty.openpty()
    with subprocess.Popen([*bash, "-i"], stdin=its, stdout=its, stderr=its, cwd=tmp_path) as shell:
        os.close(its)
        os.write(main, line.encode())
        while expected.encode() not in shown and time.monotonic() < deadline:
            if select.select([main], [], [], 1)[0]:
                shown += os.read(main, 1024)
        shell.kill()
    os.close(main)
    assert expected in shown.decode()
