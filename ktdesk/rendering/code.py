# SPDX-License-Identifier: Apache-2.0
"""Code by Pygments: which of its words has which colour."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

KNOWN = 50  # languages that are kept
MOST = 300_000  # characters; longer code is left as it is
# What Pygments calls a word, from the general to the particular, and the name of its colour.
_COLOURS = {
    "Token.Comment": "muted",
    "Token.Keyword": "code_keyword",
    "Token.Operator.Word": "code_keyword",
    "Token.Literal.String": "code_text",
    "Token.Literal.Number": "code_number",
    "Token.Name.Function": "code_name",
    "Token.Name.Class": "code_name",
    "Token.Name.Tag": "code_keyword",
    "Token.Name.Attribute": "code_name",
    "Token.Name.Decorator": "code_number",
    "Token.Generic.Inserted": "code_text",
    "Token.Generic.Deleted": "error_text",
    "Token.Generic.Heading": "code_keyword",
}

_lexers: dict[str, Any] = {}  # those that were made; None for a language that nobody knows


@lru_cache(maxsize=200)
def colour_of(kind: str) -> str:
    """Return the name of the colour of a word that Pygments calls so; '' for none."""
    names = [name for start, name in _COLOURS.items() if kind.startswith(start)]
    return names[-1] if names else ""


def is_made(language: str) -> bool:
    """Return whether `lexer_of` has its answer at hand; else it takes a while."""
    return language in _lexers


def lexer_of(language: str) -> Any:
    """Return the lexer of a language by the first word after a fence; None if it is not known."""
    if language in _lexers:
        return _lexers[language]
    from pygments import lexers
    from pygments.util import ClassNotFound

    word = language.replace("{", " ").replace(",", " ").split()
    try:
        lexer = cast(Any, lexers).get_lexer_by_name(word[0].lower()) if word else None
    except ClassNotFound:
        lexer = None
    if len(_lexers) >= KNOWN:
        _lexers.clear()
    _lexers[language] = lexer
    return lexer
