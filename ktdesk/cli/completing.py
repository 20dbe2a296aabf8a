# SPDX-License-Identifier: Apache-2.0
"""What can stand at the end of a command line, by what the commands' parsers say."""

from __future__ import annotations

from argparse import Action
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ktdesk.cli.parsers import Parser

Names = Mapping[str, Callable[[], Iterable[str]]]  # for values that the help calls so


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word, and what it means in a few more; '' where it says so itself."""

    word: str
    about: str = ""


def complete(parser: Parser, words: Sequence[str], names: Names) -> list[Candidate]:
    """Return what the last word can become; nothing where it is not known, as for a file.

    words: those behind the program's name. A '=' may be a word of its own, as bash has it.
    """
    *before, last = words or [""]
    place = _Place(parser)
    for word in before:
        if word != "=":
            place.read(word)
    last = "" if last == "=" else last
    return [each for each in _candidates(place, last, names) if each.word.startswith(last)]


def _candidates(place: _Place, last: str, names: Names) -> Iterator[Candidate]:
    flag, is_joined, _ = last.partition("=")
    if place.option and not _is_skipped(place.option, last):
        yield from _values(place.option, names)
    elif is_joined and (option := place.options.get(flag)):
        for value in _values(option, names):
            yield replace(value, word=f"{flag}={value.word}")
    elif last.startswith("-"):
        for action in place.parser.arguments:
            for word in action.option_strings[-1:]:
                yield Candidate(word, _first_sentence(action.help))
    elif place.positionals:
        yield from _values(place.positionals[0], names)


class _Place:
    """Where the next word stands. option: the one whose value it is."""

    def __init__(self, parser: Parser) -> None:
        self._enter(parser)

    def _enter(self, parser: Parser) -> None:
        self.parser = parser
        self.option: Action | None = None
        self.positionals = [a for a in parser.arguments if not a.option_strings]
        self.options = {flag: a for a in parser.arguments for flag in a.option_strings}

    def read(self, word: str) -> None:
        """Step behind a word."""
        option, self.option = self.option, None
        if option and not _is_skipped(option, word):
            return
        if word.startswith("-"):
            option = self.options.get(word)
            self.option = option if option and option.nargs != 0 else None
        elif self.positionals:
            command = _commands(self.positionals[0]).get(word)
            if command:
                self._enter(command)
            elif self.positionals[0].nargs not in ("*", "+"):
                del self.positionals[0]


def _is_skipped(option: Action, word: str) -> bool:
    """Return whether a word is the next option instead of this one's value."""
    return option.nargs == "?" and word.startswith("-")


def _values(action: Action, names: Names) -> Iterator[Candidate]:
    """Yield what an argument can be, as far as that is known."""
    commands = _commands(action)
    if action.choices is not None:
        for choice in action.choices:
            about = commands[choice].description if choice in commands else ""
            yield Candidate(str(choice), _first_sentence(about))
    elif isinstance(action.metavar, str) and action.metavar in names:
        yield from map(Candidate, names[action.metavar]())


def _commands(action: Action) -> Mapping[str, Parser]:
    """Return the parsers that an argument leads to; none if it is no command."""
    choices: object = action.choices
    if not isinstance(choices, Mapping):
        return {}
    choices = cast("Mapping[str, object]", choices)
    return {name: parser for name, parser in choices.items() if isinstance(parser, Parser)}


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").replace("%%", "%").split()).partition(". ")[0].rstrip(".")
