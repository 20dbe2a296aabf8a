# SPDX-License-Identifier: Apache-2.0
"""Talk to a model, line by line; with --prompt, say one thing in a conversation.

for example:
  ktdesk chat
  ktdesk chat --model DeepSeek-V2-Lite-Q4_K_M --session tea
  ktdesk chat --session tea --prompt "And with milk?"
  ktdesk chat --attach src/ --keep
  ktdesk chat --continue

Only the answer goes to stdout. Ctrl+C stops an answer, a second one leaves.
Without a model, the last one goes on, or the demo model. For one question of
its own there is `ktdesk run`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager

from ktdesk.chats import open_chats
from ktdesk.cli.answer_shape import shape_options
from ktdesk.cli.asking import (
    add_asking_arguments,
    answer_options,
    check_raw,
    choose_asked,
    load_for_asking,
    opening,
    request_for,
    template_options,
)
from ktdesk.cli.conversation import Conversation
from ktdesk.cli.kept_chat import Keeping, KeptChat, last_chat
from ktdesk.cli.one_answer import answer_once
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.cli.question import read_attachments, readable
from ktdesk.cli.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--model",
        metavar="PATH|NAME",
        help="a model file, the name of a model that `ktdesk models` lists, or: demo; "
        "by default the last one used, else the demo model",
    )
    parser.add_argument(
        "--prompt", metavar="TEXT", help="answer this and end; '-' reads it from standard input"
    )
    keeping = parser.add_mutually_exclusive_group()
    keeping.add_argument(
        "--keep", action="store_true", help="keep the conversation among the chats of the window"
    )
    keeping.add_argument(
        "--continue",
        action="store_true",
        help="go on with the chat that was used last, here or in the window",
    )
    keeping.add_argument(
        "--session",
        metavar="NAME",
        help="go on with the conversation of this name, and keep it: what was said, and what the "
        "model has read of it, so that it need not read it again",
    )
    add_asking_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Load the model, then answer once or converse."""
    _check(arguments)
    shape = shape_options(arguments)
    prompt = _prompt(arguments.prompt)
    attachments = read_attachments(arguments.attach, program)
    model = choose_asked(arguments, program)
    options = answer_options(arguments, program, model, shape)
    with _keeping(arguments) as kept:
        engine = load_for_asking(arguments, program, model)
        if kept:
            kept.restore(engine, program.terminal)
        if prompt is None:
            begin, template = opening(arguments), template_options(arguments)
            return Conversation(
                engine, program.terminal, begin, options, template, kept, attachments
            ).run()
        earlier = kept.messages if kept else ()
        request = request_for(arguments, prompt, attachments, options, earlier)
        return answer_once(engine, request, program, kept, as_json=arguments.json)


@contextmanager
def _keeping(arguments: Namespace) -> Generator[Keeping | None]:
    """Give the place where the conversation is kept, with what is there of it; None for nowhere."""
    goes_on = getattr(arguments, "continue")
    if arguments.session:
        yield Session(arguments.session)
    elif arguments.keep or goes_on:
        with open_chats() as store:
            yield KeptChat(store, last_chat(store) if goes_on else None)
    else:
        yield None


def _check(arguments: Namespace) -> None:
    """Raise UsageError for options that contradict each other."""
    for flag in ("raw", "json"):
        if getattr(arguments, flag) and arguments.prompt is None:
            raise UsageError(f"--{flag} needs a prompt.", hint="Add --prompt TEXT.")
    check_raw(arguments, "session", "keep", "continue")
    if getattr(arguments, "continue") and arguments.system:
        raise UsageError("The chat has its own instructions.", hint="Leave out --system.")


def _prompt(given: str | None) -> str | None:
    text = sys.stdin.read() if given == "-" else given
    return text if text is None else readable(text)
