# SPDX-License-Identifier: Apache-2.0
"""What the fuzzing runs on a file: reading it, and loading it as a model that answers.

Each returns the error that the user would see, or None. Any other exception is a finding.
"""

from __future__ import annotations

from pathlib import Path

from ktdesk.engine import Engine
from ktdesk.errors import KTDeskError, ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.runtime.request import Done, Failed, Message, Options, Request

_MOST_MESSAGE = 4000  # characters: a message is read by a person


def read(path: Path) -> ModelFileError | None:
    """Open a file, or all parts of a model, and read every weight."""
    try:
        checkpoint = Checkpoint.open(path)
        f"{checkpoint.architecture}{checkpoint.name}{checkpoint.metadata}".encode()
        for name in checkpoint.tensors:
            checkpoint.weight(name).dequantize()
    except ModelFileError as error:
        check_message(error)
        return error
    return None


def answer(path: Path) -> KTDeskError | None:
    """Load a model and ask it something."""
    engine = Engine(threads=1)
    request = Request(
        messages=(Message("user", "hi"),), options=Options(temperature=0.0, max_tokens=2)
    )
    try:
        engine.load(path, context_tokens=32)
    except KTDeskError as error:
        check_message(error)
        return error
    *_, last = engine.generate(request)
    engine.unload()
    assert isinstance(last, Done | Failed)
    if isinstance(last, Done):
        return None
    check_message(last.error)
    return last.error


def check_message(error: KTDeskError) -> None:
    """A message can be shown, is short enough to be read, and comes with a hint."""
    assert error.hint
    assert len(f"{error}{error.hint}".encode()) < _MOST_MESSAGE
