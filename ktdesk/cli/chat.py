# SPDX-License-Identifier: Apache-2.0
"""Talk to a model: a conversation, or one answer with --prompt.

Only the answer goes to stdout. Ctrl+C stops an answer, a second one leaves.
"""

from __future__ import annotations

import dataclasses
import sys
from argparse import ArgumentParser, Namespace

from ktdesk.cli.answer import Answer, ask, stats_json, stats_line
from ktdesk.cli.answer_shape import add_shape_arguments, shape_options
from ktdesk.cli.conversation import Conversation
from ktdesk.cli.loaded_model import model_json, model_lines
from ktdesk.cli.model_choice import choose_model, load_model, remember_model
from ktdesk.cli.program import Program
from ktdesk.cli.session import Session
from ktdesk.cli.setting_arguments import (
    add_engine_arguments,
    add_placement_argument,
    add_sampling_arguments,
    engine_settings,
    sampling_options,
)
from ktdesk.engine import Engine
from ktdesk.errors import Cancelled, RequestError
from ktdesk.runtime.request import Request
from ktdesk.text.messages import Message, TemplateOptions


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--model",
        metavar="PATH|NAME",
        help="a model file, or the name of a model that `ktdesk models` lists; "
        "by default the last one used, else the demo model",
    )
    parser.add_argument(
        "--prompt", metavar="TEXT", help="answer this and end; '-' reads it from standard input"
    )
    parser.add_argument(
        "--raw", action="store_true", help="continue the prompt as it is, without a chat template"
    )
    parser.add_argument("--system", metavar="TEXT", help="instructions for the whole conversation")
    parser.add_argument(
        "--session",
        metavar="NAME",
        help="go on with the conversation of this name, and keep it: what was said, and what the "
        "model has read of it, so that it need not read it again",
    )
    parser.add_argument(
        "--thinking",
        choices=("on", "off"),
        help="whether the model reasons before it answers, where its chat template can say so",
    )
    parser.add_argument(
        "--effort", metavar="WORD", help="how much it reasons, in its own words: low, medium, high"
    )
    add_placement_argument(parser)
    add_engine_arguments(parser)
    add_sampling_arguments(parser)
    add_shape_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Load the model, then answer once or converse."""
    _check(arguments)
    from ktdesk.library.shelf.loading import prepare_load

    shape = shape_options(arguments)
    prompt = _prompt(arguments.prompt)
    path = choose_model(arguments.model, program)
    model = prepare_load(path)
    options = sampling_options(arguments, model.own.over(program.settings.sampling))
    options = dataclasses.replace(options, **shape)
    settings = engine_settings(arguments, model.own.over(program.settings.engine))
    session = Session(arguments.session) if arguments.session else None
    engine = load_model(program, path, settings, placement=model.placement(arguments.placement))
    remember_model(program, path)
    if not arguments.json:
        _introduce(engine, program)
    if session:
        session.restore(engine, program.terminal)
    opening = _opening(arguments.system)
    template = _template_options(arguments)
    if prompt is None:
        return Conversation(engine, program.terminal, opening, options, template, session).run()
    earlier = (session.messages if session else ()) or opening
    messages = () if arguments.raw else (*earlier, Message("user", prompt))
    raw = prompt if arguments.raw else None
    request = Request(messages=messages, prompt=raw, options=options, template=template)
    return _answer_once(engine, request, program, session, as_json=arguments.json)


def _check(arguments: Namespace) -> None:
    """Raise RequestError for options that contradict each other."""
    for flag in ("raw", "json"):
        if getattr(arguments, flag) and arguments.prompt is None:
            raise RequestError(f"--{flag} needs a prompt.", hint="Add --prompt TEXT.")
    for flag in ("system", "session", "thinking", "effort"):
        if arguments.raw and getattr(arguments, flag):
            raise RequestError(
                f"--{flag} has no place in a raw prompt.", hint=f"Leave out --raw or --{flag}."
            )


def _prompt(given: str | None) -> str | None:
    return _readable(sys.stdin.read() if given == "-" else given)


def _readable(text: str | None) -> str | None:
    """Return the text without the stand-ins that Python uses for bytes that were not UTF-8."""
    return text if text is None else text.encode("utf-8", "replace").decode("utf-8")


def _opening(system: str | None) -> tuple[Message, ...]:
    text = _readable(system)
    return (Message("system", text),) if text else ()


def _template_options(arguments: Namespace) -> TemplateOptions:
    thinking = arguments.thinking and arguments.thinking == "on"
    return TemplateOptions(thinking=thinking, reasoning_effort=_readable(arguments.effort))


def _introduce(engine: Engine, program: Program) -> None:
    assert engine.info is not None
    for line in model_lines(engine.info, engine.threads):
        program.terminal.note(line)


def _answer_once(
    engine: Engine, request: Request, program: Program, session: Session | None, *, as_json: bool
) -> int:
    answer = ask(engine, request, program.terminal, is_shown=not as_json)
    if session and answer.text:
        session.keep((*request.messages, Message("assistant", answer.text, answer.reasoning)))
        session.keep_rows(engine, program.terminal, request.template)
    if as_json:
        program.terminal.json(_as_json(answer, engine))
    else:
        program.terminal.line()
        program.terminal.note(stats_line(answer.stats))
    if answer.reason == "cancelled":
        raise Cancelled
    return 0


def _as_json(answer: Answer, engine: Engine) -> dict[str, object]:
    assert engine.info is not None
    return {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "tokens": answer.tokens,
        "reason": answer.reason,
        "stats": stats_json(answer.stats),
        "model": model_json(engine.info, engine.threads),
    }
