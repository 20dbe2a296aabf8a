# SPDX-License-Identifier: Apache-2.0
"""Parsers of commands: help from the commands' own docstrings, and help with what was mistyped."""

from __future__ import annotations

import re
import textwrap
from argparse import SUPPRESS, Action, ArgumentError, ArgumentParser, HelpFormatter, Namespace
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ktdesk.errors import KTDeskError, did_you_mean


class UsageError(KTDeskError):
    """What was asked for contradicts itself, or is not said."""


class Parser(ArgumentParser):
    """Reads the words of one command."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Help, **options)

    @property
    def arguments(self) -> Sequence[Action]:
        """What this command takes, but for what its help does not name."""
        return [action for action in self._actions if action.help != SUPPRESS]

    def parse_known_args(self, *words: Any, **options: Any) -> Any:
        """Read the words; end the program if one is not known, with a near one that is."""
        known, others = super().parse_known_args(*words, **options)
        if others and not self._take_rest(known, others):
            self._refuse(others[0])
        return known, []

    def _take_rest(self, known: Namespace, others: Sequence[str]) -> bool:
        """Give words behind an option to the argument that takes any number, if there is one.

        The library gives it only those before the first option.
        """
        lists = [a.dest for a in self._actions if a.nargs == "*" and not a.option_strings]
        if not lists or any(word.startswith("-") for word in others):
            return False
        setattr(known, lists[0], [*getattr(known, lists[0]), *others])
        return True

    def error(self, message: str) -> NoReturn:
        """End the program: it was used wrongly."""
        self.exit(2, f"{self.prog}: {message}\n`{self.prog} --help` says what can be given.\n")

    def _refuse(self, word: str) -> NoReturn:
        flags = [flag for action in self.arguments for flag in action.option_strings]
        name = word.partition("=")[0]
        suggestion = did_you_mean(name, flags) if name.startswith("-") else ""
        self.error(f"{word!r} has no meaning here.{suggestion}")

    def _check_value(self, action: Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = did_you_mean(str(value), map(str, action.choices))
            raise ArgumentError(action, f"{value!r} is not known.{known}")


class Help(HelpFormatter):
    """Fills paragraphs to the width of the terminal, and keeps lines that are indented."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._action_max_length = 14  # names of commands stand further in than it reckons

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(_filled(paragraph, width, indent) for paragraph in paragraphs)


def _filled(paragraph: str, width: int, indent: str) -> str:
    if re.search(r"^ ", paragraph, re.MULTILINE):
        return textwrap.indent(paragraph, indent)
    return textwrap.fill(paragraph, width, initial_indent=indent, subsequent_indent=indent)


def add_commands(parser: Parser, commands: Mapping[str, Any], run: str, json_default: Any) -> None:
    """Add commands to a parser: each a module with a docstring, `add_arguments` and a `run`.

    run: the attribute of what was read that becomes the command's `run`.
    json_default: what --json is where it is not given.
    """
    is_required = parser.get_default(run) is None
    adding = parser.add_subparsers(title="commands", metavar="COMMAND", required=is_required)
    for name, command in commands.items():
        about, _, more = command.__doc__.partition("\n\n")
        own = adding.add_parser(name, help=about, description=about, epilog=more)
        own.add_argument("--json", action="store_true", default=json_default, help="print JSON")
        own.set_defaults(**{run: command.run})
        command.add_arguments(own)
