# SPDX-License-Identifier: Apache-2.0
"""A program whose model file is cut short while it is used: python -m tests.losing WHEN MODEL OTHER

It prints what comes of it, a line each, and then loads OTHER and asks that. A program of its own,
since the signal that this raises would end the tests if it were not caught.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from ktdesk import engine as engine_module
from ktdesk.engine import Engine, LoadProgress
from ktdesk.errors import KTDeskError, ModelFileError
from ktdesk.formats import gguf
from ktdesk.runtime.request import Failed, Options, Request, Token

KEPT_BYTES = 4096  # within the header
REQUEST = Request(prompt="hello " * 20, options=Options(temperature=0.0, max_tokens=8))


def main(when: str, model: Path, other: Path) -> None:
    """Lose the model at a moment that `when` names."""
    engine = Engine(threads=2)
    moments = {
        "header": in_header,
        "loading": in_loading,
        "prefill": in_prefill,
        "decode": in_decode,
    }
    moments[when](engine, model)
    say("again", failure(engine))
    engine.load(other)
    tell(f"other {answer(engine)}")


def in_header(engine: Engine, model: Path) -> None:
    """Cut the file when it is mapped and its header not yet read."""
    read_header = gguf.read_header

    def read(path: Path, data: bytes | memoryview) -> gguf.Header:
        if path == model:
            cut(model, 0)
        return read_header(path, data)

    with patch.object(gguf, "read_header", read):
        load(engine, model, lambda now: None)


def in_loading(engine: Engine, model: Path) -> None:
    """Cut the file when its weights are about to be read."""

    def progress(now: LoadProgress) -> None:
        if now.stage == "Reading the weights":
            cut(model, KEPT_BYTES)

    load(engine, model, progress)


def in_prefill(engine: Engine, model: Path) -> None:
    """Cut the file between two layers of a prompt."""
    calls = 0

    class Flag(engine_module.Flag):
        def is_set(self) -> bool:
            nonlocal calls
            calls += 1
            if calls == 3:
                cut(model, KEPT_BYTES)
            return super().is_set()

    with patch.object(engine_module, "Flag", Flag):
        engine.load(model)
        say("first", failure(engine))


def in_decode(engine: Engine, model: Path) -> None:
    """Cut the file after the third token."""
    engine.load(model)
    tokens, last = 0, None
    for event in engine.generate(REQUEST):
        last = event
        tokens += isinstance(event, Token)
        if tokens == 3:
            cut(model, KEPT_BYTES)
    tell(f"tokens {tokens}")
    assert isinstance(last, Failed)
    say("first", last.error)


def cut(model: Path, size: int) -> None:
    """Shorten the file."""
    os.truncate(model, size)


def load(engine: Engine, model: Path, progress: Callable[[LoadProgress], None]) -> None:
    """Try to load the model; say why it fails."""
    try:
        engine.load(model, progress=progress)
    except KTDeskError as error:
        say("first", error)


def failure(engine: Engine) -> KTDeskError:
    """Return why a request fails, before anything is answered."""
    *events, last = engine.generate(REQUEST)
    assert isinstance(last, Failed), last
    assert not any(isinstance(event, Token) for event in events)
    return last.error


def answer(engine: Engine) -> list[int | None]:
    """Return the tokens of an answer."""
    return [event.id for event in engine.generate(REQUEST) if isinstance(event, Token)]


def say(what: str, error: KTDeskError) -> None:
    """Print an error and its hint."""
    file = error.path.name if isinstance(error, ModelFileError) else "-"
    tell(f"{what} {type(error).__name__} {file} {error} {error.hint}")


def tell(line: str) -> None:
    """Print a line of the outcome."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
