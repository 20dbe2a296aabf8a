# SPDX-License-Identifier: Apache-2.0
"""A conversation in the terminal, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ktdesk.attachments import Attachment, compose
from ktdesk.cli.answer import ask, of_context, stats_line
from ktdesk.cli.kept_chat import Keeping
from ktdesk.cli.keyboard import read_message
from ktdesk.cli.terminal import Terminal
from ktdesk.engine import Engine
from ktdesk.errors import KTDeskError
from ktdesk.runtime.request import Options, Request, Stats
from ktdesk.text.messages import Message, TemplateOptions

HELP = """\
Write, and end with Enter; several lines can be pasted at once.
Ctrl+C stops an answer; twice, it leaves.
/new    forget the conversation and begin another
/stats  how much was said, and how fast
/help   this
/exit   leave; Ctrl+D does too"""


class Conversation:
    """Messages so far, and what to do with the next line.

    opening: the messages that every conversation begins with; none, or one with instructions.
    kept: where the conversation is kept, and may have begun.
    attachments: what goes with the first message that is answered.
    """

    def __init__(
        self,
        engine: Engine,
        terminal: Terminal,
        opening: tuple[Message, ...],
        options: Options,
        template: TemplateOptions,
        kept: Keeping | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        self._engine, self._terminal, self._kept = engine, terminal, kept
        self._opening, self._options, self._template = opening, options, template
        self._messages = list((kept.messages if kept else ()) or opening)
        self._attachments = attachments
        self._stats: list[Stats] = []

    def run(self) -> int:
        """Converse until the user leaves; return the exit code."""
        try:
            return self._converse()
        finally:
            if self._kept:
                self._kept.keep_rows(self._engine, self._terminal, self._template)

    def _converse(self) -> int:
        self._terminal.note("/help says what can be done here.")
        is_interrupted = False
        while True:
            try:
                text = read_message("> ").strip()
            except EOFError:
                self._terminal.note("")  # what follows does not stand behind the prompt
                return 0
            except KeyboardInterrupt:
                self._terminal.note("")
                if is_interrupted:
                    raise
                self._terminal.note("Ctrl+C again leaves.")
                is_interrupted = True
                continue
            is_interrupted = False
            if text == "/exit":
                return 0
            self._take(text)

    def _take(self, text: str) -> None:
        if re.fullmatch(r"/\w+", text):
            self._command(text)
        elif text:
            self._say(text)

    def _command(self, name: str) -> None:
        if name == "/new":
            self._messages, self._stats = list(self._opening), []
            self._keep()
            self._terminal.note("A new conversation.")
        elif name == "/stats":
            self._terminal.note(self._summary())
        elif name == "/help":
            self._terminal.note(HELP)
        else:
            self._terminal.note(f"There is no command {name}. /help lists them.")

    def _say(self, text: str) -> None:
        """Answer a message. Both become part of the conversation only if there is an answer."""
        messages = (*self._messages, Message("user", compose(text, self._attachments)))
        try:
            request = Request(messages=messages, options=self._options, template=self._template)
            answer = ask(self._engine, request, self._terminal)
        except KTDeskError as error:
            self._terminal.error(str(error), error.hint)
            return
        self._terminal.line()
        if answer.text:
            self._attachments = ()
            self._messages = [*messages, Message("assistant", answer.text, answer.reasoning)]
            self._keep()
        self._stats.append(answer.stats)
        self._terminal.note(stats_line(answer.stats))
        if answer.reason == "context":
            self._terminal.note("The context is full. /new begins another conversation.")

    def _keep(self) -> None:
        if not self._kept:
            return
        try:
            self._kept.keep(self._messages)
        except KTDeskError as error:
            self._terminal.error(str(error), error.hint)

    def _summary(self) -> str:
        if not self._stats:
            return "Nothing was said yet."
        generated = sum(stats.generated_tokens for stats in self._stats)
        decoding_s = sum(stats.decode_s for stats in self._stats)
        last = self._stats[-1]
        return (
            f"answers {len(self._stats)} · {generated} tokens in {decoding_s:.1f} s · "
            f"context {of_context(last)}"
        )
