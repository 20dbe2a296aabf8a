# SPDX-License-Identifier: Apache-2.0
"""The command line with the real engine: answers, and a clear sentence for every bad input."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import pytest

import ktdesk.models.build as model_build
from ktdesk import log
from ktdesk.cli import main
from tests.tiny import add_tokenizer, tiny_deepseek


@dataclass
class Ended:
    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_deepseek(tmp_path_factory.mktemp("cli") / "model.gguf").path


@pytest.fixture
def ktdesk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Run one command, in a home of its own."""
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "home"))

    def run(*arguments: object) -> Ended:
        code = main([str(argument) for argument in arguments])
        return Ended(code, *capsys.readouterr())

    yield run
    log.close()
    logging.captureWarnings(capture=False)


def refused(done: Ended, *parts: str) -> None:
    """Check that an error was explained: no output, a sentence, a hint, no traceback."""
    assert (done.code, done.out) == (1, "")
    sentence, hint, *rest = done.err.removeprefix("Error: ").splitlines()
    assert sentence.endswith(".")
    assert hint
    assert rest == []
    for part in parts:
        assert part in sentence


def test_a_session_goes_on_without_reading_it_again(ktdesk: Command, model: Path) -> None:
    arguments = ("chat", "--model", model, "--session", "tea", "--max-tokens", 8, "--json")
    begun = ktdesk(*arguments, "--prompt", "hello " * 20)
    again = ktdesk(*arguments, "--prompt", "and then?")
    first, second = (json.loads(done.out)["stats"] for done in (begun, again))
    assert first["cached_tokens"] == 0
    # But for the mark of the answer, all of the first prompt at least.
    assert second["cached_tokens"] >= first["prompt_tokens"] - 3


def test_one_answer_is_the_same_each_time_and_as_json(ktdesk: Command, model: Path) -> None:
    arguments = ("chat", "--model", model, "--prompt", "hello", "--max-tokens", 8)
    greedy = (*arguments, "--temperature", 0)
    plain, as_json = ktdesk(*greedy), ktdesk(*greedy, "--json")
    result = json.loads(as_json.out)
    assert (plain.code, as_json.code) == (0, 0)
    assert plain.out == result["text"] + "\n"
    assert result["stats"]["generated_tokens"] == len(result["tokens"]) <= 8
    assert result["model"]["architecture"] == "deepseek2"
    assert "tiny deepseek2" in plain.err


def test_a_pipe_is_read_and_written(model: Path, tmp_path: Path) -> None:
    done = as_process(tmp_path, "run", model, "explain", "--max-tokens", 4, piped="def f(): pass\n")
    assert done.returncode == 0
    assert done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert "####" not in done.stderr  # progress, which is for terminals


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "MODEL", "hello", "--max-tokens", 2), 0),
        (("run", "MODEL", "hello " * 600), 1),
        (("run", "missing.gguf", "hello"), 1),
        (("run", "MODEL"), 2),
        (("rnu", "MODEL"), 2),
        (("run", "MODEL", "hello", "--temperature", "hot"), 2),
    ],
)
def test_exit_codes(model: Path, tmp_path: Path, words: tuple[object, ...], code: int) -> None:
    given = [model if word == "MODEL" else word for word in words]
    done = as_process(tmp_path, *given)
    assert (done.returncode, bool(done.stdout)) == (code, code == 0)
    assert "Traceback" not in done.stderr
    if code:
        assert len(done.stderr.splitlines()[-2:]) == 2  # what is wrong, and what to do


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to another program")
def test_an_interrupted_answer_ends_with_130(tmp_path: Path) -> None:
    model = tiny_deepseek(tmp_path / "long.gguf", max_position_embeddings=1 << 17).path
    words = ("run", model, "hello", "--raw", "--context", 1 << 17, "--max-tokens", 1 << 17)
    with subprocess.Popen(
        [*PROGRAM, *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        assert process.stdout
        assert process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err


PROGRAM = (sys.executable, "-m", "ktdesk")


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "KTDESK_HOME": str(home / "home")}


def as_process(home: Path, *words: object, piped: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program as shells do."""
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        input=piped,
        capture_output=True,
        text=True,
        env=environment(home),
        check=False,
    )


def test_a_conversation_goes_on_from_its_cache(
    ktdesk: Command, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = iter(("hello", "and then?", "/stats"))
    monkeypatch.setattr("builtins.input", lambda: next(lines, None) or _end())
    done = ktdesk("chat", "--model", model, "--max-tokens", 8, "--temperature", 0)
    assert done.code == 0
    assert "answers 2 · " in done.err


def _end() -> str:
    raise EOFError


def test_bench_measures_what_it_was_asked_to(ktdesk: Command, model: Path) -> None:
    done = ktdesk(
        *("bench", "--model", model, "--prompt-tokens", 100, "--tokens", 4, "--runs", 2, "--json")
    )
    result = json.loads(done.out)
    assert done.code == 0
    assert 90 <= result["prompt_tokens"]["median"] <= 110
    assert result["prefill_tokens_per_s"]["low"] > 0
    assert result["load_s"] > 0
    assert result["reload_s"] > 0


def test_bench_asks_for_no_more_than_the_context(ktdesk: Command, model: Path) -> None:
    refused(ktdesk("bench", "--model", model, "--prompt-tokens", 600), "512")


def test_no_file(ktdesk: Command, tmp_path: Path) -> None:
    refused(chat(ktdesk, tmp_path / "missing.gguf"), "missing.gguf")


def test_a_folder(ktdesk: Command, tmp_path: Path) -> None:
    refused(chat(ktdesk, tmp_path), str(tmp_path))


def test_an_empty_file(ktdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.gguf").touch()
    refused(chat(ktdesk, tmp_path / "empty.gguf"), "empty.gguf")


def test_a_file_of_something_else(ktdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("This is no model. " * 100)
    refused(chat(ktdesk, tmp_path / "text.gguf"), "text.gguf")


@pytest.mark.parametrize("share", [0.001, 0.2, 0.9])
def test_a_file_that_was_cut(ktdesk: Command, model: Path, tmp_path: Path, share: float) -> None:
    whole = model.read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[: int(len(whole) * share)])
    refused(chat(ktdesk, cut), "cut.gguf")


@pytest.mark.skipif(
    sys.platform == "win32" or getattr(os, "geteuid", int)() == 0, reason="root may read all files"
)
def test_a_file_that_may_not_be_read(ktdesk: Command, model: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.gguf"
    secret.write_bytes(model.read_bytes())
    secret.chmod(0)
    refused(chat(ktdesk, secret), "secret.gguf")


def test_an_unknown_architecture(ktdesk: Command, tmp_path: Path) -> None:
    refused(chat(ktdesk, small_file(tmp_path / "new.gguf", "mamba7")), "mamba7")


def test_a_name_that_no_model_has(ktdesk: Command) -> None:
    refused(chat(ktdesk, "nothing"), "'nothing'")


def test_a_prompt_longer_than_the_context(ktdesk: Command, model: Path) -> None:
    done = ktdesk("chat", "--model", model, "--prompt", "x" * 600)
    assert done.code == 1
    assert "the context has room for 512" in done.err


def test_a_template_that_raises(ktdesk: Command, model: Path, tmp_path: Path) -> None:
    template = "{{ raise_exception('roles must alternate') }}"
    path = with_template(model, tmp_path / "picky.gguf", template)
    done = chat(ktdesk, path)
    assert done.code == 1
    assert "roles must alternate" in done.err
    assert "Traceback" not in done.err
    assert ktdesk("chat", "--model", path, "--prompt", "hi", "--raw", "--max-tokens", 2).code == 0


def test_too_little_memory(ktdesk: Command, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_build, "available_memory_bytes", lambda: 0)
    refused(chat(ktdesk, model), "Not enough memory", "0 bytes are available")


def test_a_context_the_model_was_not_made_for(ktdesk: Command, model: Path) -> None:
    refused(ktdesk("chat", "--model", model, "--prompt", "x", "--context", 9999), "9999")


def test_a_placement_that_does_not_exist(ktdesk: Command, model: Path) -> None:
    refused(ktdesk("chat", "--model", model, "--prompt", "x", "--placement", "moon"), "moon")


def test_errors_are_json_where_that_was_asked_for(ktdesk: Command, tmp_path: Path) -> None:
    done = ktdesk("chat", "--model", tmp_path / "missing.gguf", "--prompt", "x", "--json")
    error = json.loads(done.out)["error"]
    assert (done.code, done.err) == (1, "")
    assert "missing.gguf" in error["message"]
    assert error["hint"]


def chat(ktdesk: Command, path: Path | str) -> Ended:
    return ktdesk("chat", "--model", path, "--prompt", "hello")


def small_file(path: Path, architecture: str) -> Path:
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(64)
    add_tokenizer(writer)
    write(writer)
    return path


def with_template(model: Path, path: Path, template: str) -> Path:
    """Return a copy of a model with another chat template."""
    source = gguf.GGUFReader(model)
    writer = gguf.GGUFWriter(path, "deepseek2")
    for key, field in source.fields.items():
        if key.startswith("deepseek2."):
            writer.add_key_value(key, field.contents(), field.types[0])
    add_tokenizer(writer, template=template)
    for tensor in source.tensors:
        writer.add_tensor(tensor.name, tensor.data)
    write(writer)
    return path


def write(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
