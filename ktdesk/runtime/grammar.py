# SPDX-License-Identifier: Apache-2.0
"""Answers of a given shape: JSON, JSON of a schema, or text of a grammar, by `llguidance`.

The library gets the bytes of every token once, and says before each choice which may come next.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ktdesk.errors import RequestError
from ktdesk.runtime.candidates import Ids
from ktdesk.runtime.grammar_library import (
    as_lark,
    compiled,
    library_tokenizer,
    place_of_error,
    readable,
    refusal,
)
from ktdesk.runtime.request import Options
from ktdesk.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

_ANY_OBJECT = {"type": "object"}


class Constraint:
    """Follows one answer through a grammar. wait_for: all is allowed until this token comes."""

    def __init__(self, matcher: LLMatcher, vocabulary_size: int) -> None:
        self.wait_for: int | None = None
        self._matcher, self._size = matcher, vocabulary_size

    @property
    def is_complete(self) -> bool:
        """Whether nothing but the end may come next."""
        return self._matcher.is_stopped() and not self._matcher.is_error()

    def allowed(self) -> Ids:
        """Return the tokens that may come next, ascending; at least one.

        Raises RequestError if the grammar is too large to be followed further.
        """
        if self.wait_for is not None:
            return np.arange(self._size)
        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        ids = np.flatnonzero(np.unpackbits(bits, count=self._size, bitorder="little"))
        if self._matcher.is_error() or not len(ids):
            raise RequestError(
                "The answer cannot go on under its grammar: "
                f"{readable(self._matcher.get_error()) or 'no token fits'}.",
                hint="Make the grammar or the schema simpler.",
            )
        return ids

    def accept(self, token: int) -> None:
        """Go on with a token that was allowed."""
        if self.wait_for is None:
            self._matcher.consume_token(token)
        elif token == self.wait_for:
            self.wait_for = None


class Grammars:
    """Makes constraints for the tokens of one model."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def constraint(self, options: Options) -> Constraint | None:
        """Return the constraint that the options ask for.

        Raises RequestError that says what is wrong with a schema or grammar, and where.
        """
        if options.grammar:
            return self._of_grammar(options.grammar)
        if options.json_schema:
            return self._of_schema(_parsed(options.json_schema))
        return self._of_schema(_ANY_OBJECT) if options.json else None

    def _of_grammar(self, text: str) -> Constraint:
        lark = as_lark(text)
        matcher = self._matcher(lark)
        if matcher.is_error():
            raise refusal("grammar", readable(matcher.get_error(), has_places=lark == text))
        return Constraint(matcher, self._tokenizer.vocabulary_size)

    def _of_schema(self, schema: Any) -> Constraint:
        matcher = self._matcher(compiled(schema))
        if matcher.is_error():
            where = place_of_error(schema, matcher.get_error())
            raise refusal("JSON schema", f"{where}: {readable(matcher.get_error())}")
        return Constraint(matcher, self._tokenizer.vocabulary_size)

    def _matcher(self, grammar: str) -> LLMatcher:
        from llguidance import LLMatcher, LLParserLimits

        limits = LLParserLimits(verbose_errors=False)
        return LLMatcher(self._library, grammar, log_level=0, limits=limits)

    @cached_property
    def _library(self) -> LLTokenizer:
        return library_tokenizer(self._tokenizer)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise refusal("JSON schema", f"{where}: {error.msg}") from None
    except RecursionError:
        raise refusal("JSON schema", "it has too many brackets in brackets") from None
