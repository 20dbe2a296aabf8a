# SPDX-License-Identifier: Apache-2.0
"""The help of every command: at 80 columns, with examples that can be run; and near misses."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from collections.abc import Iterator

import pytest

from ktdesk.cli import make_parser


def parsers(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    yield parser
    for action in parser._actions:
        for own in action.choices.values() if isinstance(action.choices, dict) else ():
            if isinstance(own, ArgumentParser):
                yield from parsers(own)


ALL = {parser.prog: parser for parser in parsers(make_parser())}


def examples(parser: ArgumentParser) -> list[list[str]]:
    """Return the words of the calls of `ktdesk` in a help, without pipes to and from it."""
    lines = [line for line in (parser.epilog or "").splitlines() if line.startswith("  ")]
    calls: list[list[str]] = []
    for line in lines:
        reader = shlex.shlex(line.strip(), posix=True, punctuation_chars="|<>")
        reader.whitespace_split = True
        words = list(reader)
        words = words[words.index("ktdesk") + 1 :]
        ends = [at for at, word in enumerate(words) if word in ("|", "<", ">", ">>")]
        calls.append(words[: ends[0]] if ends else words)
    return calls


def test_all_commands_are_looked_at() -> None:
    assert {"ktdesk run", "ktdesk tokenize", "ktdesk models get", "ktdesk completion"} <= set(ALL)


@pytest.mark.parametrize("prog", ALL)
def test_help_fits_in_80_columns(prog, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert [line for line in ALL[prog].format_help().splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("prog", ALL)
def test_help_has_examples_that_are_right(prog, capsys) -> None:
    calls = examples(ALL[prog])
    assert any(["ktdesk", *call][: len(prog.split())] == prog.split() for call in calls)
    for call in calls:
        if "--help" not in call:
            make_parser().parse_args(call)


@pytest.mark.parametrize("prog", [prog for prog in ALL if prog != "ktdesk"])
def test_every_command_can_answer_programs(prog) -> None:
    assert "--json" in ALL[prog].format_help()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["caht"], "Did you mean 'chat'?"),
        (["models", "gte"], "Did you mean 'get'?"),
        (["run", "demo", "--atach", "x"], "Did you mean '--attach'?"),
        (["models", "get", "a/b", "--surce=x"], "Did you mean '--source'?"),
        (["chat", "--thinking", "onn"], "Did you mean 'on'?"),
        (["demo", "surplus"], "'surplus' has no meaning here."),
    ],
)
def test_near_misses_are_named(words, said, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        make_parser().parse_args(words)
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 2
