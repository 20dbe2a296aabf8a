# SPDX-License-Identifier: Apache-2.0
"""A conversation that goes on after a restart: its messages, and what the model has read of them.

The messages are the conversation; what was read is only there to save time, and is done without
where it cannot be used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from ktdesk.cli.terminal import Terminal
from ktdesk.engine import Engine
from ktdesk.errors import KTDeskError, SessionError
from ktdesk.runtime.request import Request
from ktdesk.settings import data_folder
from ktdesk.text.messages import Message, TemplateOptions
from ktdesk.whole_file import whole_file


class Session:
    """What is kept under a name.

    messages: those so far; none of a new session. Raises SessionError if the name cannot be one, or
    what is kept cannot be read.
    """

    def __init__(self, name: str) -> None:
        if not re.fullmatch(r"\w[\w.-]*", name):
            raise SessionError(
                f"A session cannot be called {name!r}.",
                hint="Choose a name of letters, digits, '-', '_' and '.'.",
            )
        folder = data_folder() / "sessions"
        self._name = name
        self._file, self._rows = folder / f"{name}.json", folder / f"{name}.rows"
        self.messages = self._read()
        self._is_new = False  # whether there is more than was read of them

    def restore(self, engine: Engine, terminal: Terminal) -> None:
        """Take up what was read, if that is possible; else the model reads it again."""
        if not self._rows.exists():
            return
        try:
            tokens = engine.restore_session(self._rows)
            terminal.note(f"Session {self._name}: {tokens} tokens need no reading.")
        except SessionError as error:
            terminal.note(f"{error} The conversation is read again.")

    def keep(self, messages: Sequence[Message]) -> None:
        """Write the messages in the place of those before. Raises SessionError."""
        self.messages, self._is_new = tuple(messages), True
        kept = {"version": 1, "messages": [_plain(message) for message in messages]}
        try:
            with whole_file(self._file) as file:
                file.write(json.dumps(kept, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            raise SessionError(
                f"The session could not be saved in {self._file}: {error.strerror}.",
                hint="Make room on the disk, or make the folder writable.",
            ) from error

    def keep_rows(self, engine: Engine, terminal: Terminal, template: TemplateOptions) -> None:
        """Write what the model has read of the messages; say so where that is not possible.

        template: with which it has read them.
        """
        if not (self._is_new and self.messages):
            return
        try:
            engine.save_session(self._rows, Request(messages=self.messages, template=template))
        except KTDeskError as error:
            terminal.error(str(error), error.hint)

    def _read(self) -> tuple[Message, ...]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return tuple(Message(**message) for message in kept["messages"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SessionError(
                f"The session {self._name} cannot be read from {self._file}: {error}.",
                hint="Choose another name, or correct or delete the file.",
            ) from error


def _plain(message: Message) -> dict[str, str]:
    """Return what a conversation in the terminal has of a message: there are no tools."""
    reasoning = {"reasoning": message.reasoning} if message.reasoning else {}
    return {"role": message.role, "content": message.content} | reasoning
