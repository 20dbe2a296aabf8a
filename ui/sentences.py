# SPDX-License-Identifier: Apache-2.0
"""Sentences that `ktdesk` says in English, in the language of the window."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QCoreApplication

LONGEST = 2000  # characters; a search in more could take long, and finds no sentence


class Sentences:
    """Finds the sentence that a text is, by what does not differ in it.

    sentences: literals that are marked for the translator in the context; `{names}` stand for
    what differs, which may be sentences of their own.
    """

    def __init__(self, context: str, sentences: Iterable[str]) -> None:
        self._context = context
        most_first = sorted(set(sentences), key=lambda each: -len(_FIELD.sub("", each)))
        self._sentences = tuple(most_first)  # what says more fits less by chance

    def say(self, text: str) -> str:
        """Return a text in the language of the window; as it is, if it is none of these."""
        if not 0 < len(text) <= LONGEST:
            return text
        for sentence in self._sentences:
            words = QCoreApplication.translate(self._context, sentence)
            if words != sentence and (found := _pattern(sentence).fullmatch(text)):
                parts = found.groupdict().items()
                return words.format(**{name: self._say_part(part) for name, part in parts})
        return text

    def _say_part(self, text: str) -> str:
        """Return a part of a sentence, or a sentence that follows it."""
        part = text.strip()
        for each in (part, part.removesuffix(".")):
            if (said := self.say(each)) != each:
                return said
        return part


_FIELD = re.compile(r"\{(\w+)\}")


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    escaped = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(sentence))
    return re.compile(escaped, re.DOTALL)
