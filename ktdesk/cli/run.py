# SPDX-License-Identifier: Apache-2.0
"""Ask a model one question, print its answer, and end; standard input is what it is about.

for example:
  ktdesk run demo "Why is the sky blue?"
  cat code.py | ktdesk run demo "explain"
  git diff | ktdesk run demo "Write a commit message." > message.txt
  ktdesk run demo --attach report.pdf --attach src/ "What is missing?"
  ktdesk run demo --json-schema city.json "A city, please" --json

Only the answer goes to stdout. What is piped in comes before the question;
without a question it is the question. Ctrl+C stops the answer. In a program
that has no input to give, close it: `ktdesk run demo "Hi" < /dev/null`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ktdesk.cli.answer_shape import shape_options
from ktdesk.cli.asking import (
    add_asking_arguments,
    answer_options,
    check_raw,
    choose_asked,
    load_for_asking,
    request_for,
)
from ktdesk.cli.one_answer import answer_once
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.cli.question import piped_text, read_attachments, readable, with_context
from ktdesk.cli.setting_arguments import add_first_model_argument


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_first_model_argument(parser)
    parser.add_argument(
        "question", metavar="QUESTION", nargs="*", default=[], help="several words need no quotes"
    )
    add_asking_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Read what is asked, load the model, answer."""
    check_raw(arguments)
    asked = readable(" ".join(arguments.question))
    context = piped_text()
    question = context + asked if arguments.raw else with_context(asked, context)
    if not question.strip():
        raise UsageError(
            "Nothing is asked.",
            hint='Say it behind the model: ktdesk run demo "Why is the sky blue?"',
        )
    shape = shape_options(arguments)
    attachments = read_attachments(arguments.attach, program)
    model = choose_asked(arguments, program)
    options = answer_options(arguments, program, model, shape)
    engine = load_for_asking(arguments, program, model)
    request = request_for(arguments, question, attachments, options)
    return answer_once(engine, request, program, as_json=arguments.json)
