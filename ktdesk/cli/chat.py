# SPDX-License-Identifier: Apache-2.0
"""Talk to a model, line by line; with --prompt, say one thing in a conversation.

for example:
  ktdesk chat
  ktdesk chat --model DeepSeek-V2-Lite-Q4_K_M --session tea
  ktdesk chat --session tea --prompt "And with milk?"
  ktdesk chat --attach src/

Only the answer goes to stdout. Ctrl+C stops an answer, a second one leaves.
Without a model, the last one goes on, or the demo model. For one question of
its own there is `ktdesk run`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from ktdesk.attachments import compose
from ktdesk.cli.asking import (
    add_asking_arguments,
    answer_options,
    check_raw,
    load_for_asking,
    opening,
    template_options,
)
from ktdesk.cli.conversation import Conversation
from ktdesk.cli.one_answer import answer_once
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.cli.question import read_attachments, readable
from ktdesk.cli.session import Session
from ktdesk.runtime.request import Request
from ktdesk.text.messages import Message


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
    parser.add_argument(
        "--session",
        metavar="NAME",
        help="go on with the conversation of this name, and keep it: what was said, and what the "
        "model has read of it, so that it need not read it again",
    )
    add_asking_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Load the model, then answer once or converse."""
    _check(arguments)
    options = answer_options(arguments, program)
    prompt = _prompt(arguments.prompt)
    attachments = read_attachments(arguments.attach, program)
    session = Session(arguments.session) if arguments.session else None
    engine = load_for_asking(arguments, program)
    if session:
        session.restore(engine, program.terminal)
    begin, template = opening(arguments), template_options(arguments)
    if prompt is None:
        return Conversation(
            engine, program.terminal, begin, options, template, session, attachments
        ).run()
    earlier = (session.messages if session else ()) or begin
    message = Message("user", compose(prompt, attachments))
    request = Request(
        messages=() if arguments.raw else (*earlier, message),
        prompt=prompt if arguments.raw else None,
        options=options,
        template=template,
    )
    return answer_once(engine, request, program, session, as_json=arguments.json)


def _check(arguments: Namespace) -> None:
    """Raise UsageError for options that contradict each other."""
    for flag in ("raw", "json"):
        if getattr(arguments, flag) and arguments.prompt is None:
            raise UsageError(f"--{flag} needs a prompt.", hint="Add --prompt TEXT.")
    check_raw(arguments, "session")


def _prompt(given: str | None) -> str | None:
    text = sys.stdin.read() if given == "-" else given
    return text if text is None else readable(text)
