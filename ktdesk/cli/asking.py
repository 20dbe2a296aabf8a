# SPDX-License-Identifier: Apache-2.0
"""How a model is loaded and asked, by `ktdesk run` and `ktdesk chat` alike."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktdesk.attachments import Attachment, compose
from ktdesk.cli.answer_shape import add_shape_arguments
from ktdesk.cli.loaded_model import model_lines
from ktdesk.cli.model_choice import choose_model, load_model, remember_model
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.cli.question import add_attach_argument, readable
from ktdesk.cli.setting_arguments import (
    add_engine_arguments,
    add_placement_argument,
    add_sampling_arguments,
    engine_settings,
    sampling_options,
)
from ktdesk.engine import Engine
from ktdesk.runtime.request import Options, Request
from ktdesk.text.messages import Message, TemplateOptions

if TYPE_CHECKING:
    from ktdesk.library.shelf.loading import Prepared


def add_asking_arguments(parser: ArgumentParser) -> None:
    """Add what can be said about the question, the model and the answer."""
    add_attach_argument(parser)
    parser.add_argument("--system", metavar="TEXT", help="instructions for the whole conversation")
    parser.add_argument(
        "--raw", action="store_true", help="continue the prompt as it is, without a chat template"
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


def check_raw(arguments: Namespace, *flags: str) -> None:
    """Raise UsageError for options that a prompt without a chat template has no place for."""
    for flag in ("system", "thinking", "effort", "attach", *flags):
        if arguments.raw and getattr(arguments, flag):
            raise UsageError(
                f"--{flag} has no place in a raw prompt.", hint=f"Leave out --raw or --{flag}."
            )


@dataclasses.dataclass(frozen=True, slots=True)
class AskedModel:
    """The model that is to be asked, and what was chosen for it."""

    path: Path
    chosen: Prepared


def choose_asked(arguments: Namespace, program: Program) -> AskedModel:
    """Return the model that was named. Raises ModelFileError if it must not be loaded."""
    from ktdesk.library.shelf.loading import prepare_load

    path = choose_model(arguments.model, program)
    return AskedModel(path, prepare_load(path))


def load_for_asking(arguments: Namespace, program: Program, model: AskedModel) -> Engine:
    """Return an engine with the model; it is used again where none is named."""
    chosen = model.chosen
    settings = engine_settings(arguments, chosen.own.over(program.settings.engine))
    placement = chosen.placement(arguments.placement)
    engine = load_model(program, model.path, settings, placement=placement)
    remember_model(program, model.path)
    if not arguments.json:
        assert engine.info is not None
        for line in model_lines(engine.info, engine.threads):
            program.terminal.note(line)
    return engine


def answer_options(
    arguments: Namespace, program: Program, model: AskedModel, shape: Mapping[str, Any]
) -> Options:
    """Return how the answer is to be made. shape: see `shape_options`."""
    options = sampling_options(arguments, model.chosen.own.over(program.settings.sampling))
    return dataclasses.replace(options, **shape)


def opening(arguments: Namespace) -> tuple[Message, ...]:
    """Return the messages that stand before every question: none, or one with instructions."""
    return (Message("system", readable(arguments.system)),) if arguments.system else ()


def template_options(arguments: Namespace) -> TemplateOptions:
    """Return what the chat template is told."""
    thinking = arguments.thinking and arguments.thinking == "on"
    effort = arguments.effort and readable(arguments.effort)
    return TemplateOptions(thinking=thinking, reasoning_effort=effort)


def request_for(
    arguments: Namespace,
    question: str,
    attachments: Sequence[Attachment],
    options: Options,
    earlier: Sequence[Message] = (),
) -> Request:
    """Return the request for one answer. earlier: what was said before; none begins anew."""
    template = template_options(arguments)
    if arguments.raw:
        return Request(prompt=question, options=options, template=template)
    message = Message("user", compose(question, attachments))
    messages = (*(earlier or opening(arguments)), message)
    return Request(messages=messages, options=options, template=template)
