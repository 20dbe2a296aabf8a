# SPDX-License-Identifier: Apache-2.0
"""What `llguidance` wants to be told, and what it says, in our words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from ktdesk.errors import RequestError
from ktdesk.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    from llguidance import LLTokenizer

# Space between the parts of JSON, as people indent it. Without an end, a model may never end it.
_JSON_SPACE = r"[\x20\x0A\x0D\x09]{1,40}"
_SCHEMAS_BY_NAME = ("properties", "patternProperties", "$defs", "definitions")
_MOST_MESSAGE = 500  # characters


def library_tokenizer(tokenizer: Tokenizer) -> LLTokenizer:
    """Return the tokens as the library needs them. Takes half a second for a large vocabulary."""
    from llguidance import LLTokenizer, TokenizerWrapper

    tokens = _Tokens(tokenizer)
    library = LLTokenizer(TokenizerWrapper(tokens), eos_token=tokens.end_ids)
    tokens.greedy = library.greedy_tokenize
    return library


class _Tokens:
    """The tokens of a model under the names that the library reads.

    Those that mark something are not text; a vocabulary without an end gets one behind its last.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        ids = range(tokenizer.vocabulary_size)
        self.tokens = [tokenizer.token_bytes(i) for i in ids]
        special = {i for i in ids if not self.tokens[i]} | tokenizer.end_ids
        for i in special:
            self.tokens[i] = tokenizer.token_text(i).encode("utf-8", "replace")
        if not tokenizer.end_ids:
            special.add(len(self.tokens))
            self.tokens.append(b"<end>")
        self.end_ids = sorted(tokenizer.end_ids) or [len(self.tokens) - 1]
        self.special_token_ids = sorted(special)
        self.eos_token_id = self.end_ids[0]
        self.bos_token_id = tokenizer.bos_id
        self.greedy: Callable[[str], list[int]] = tokenizer.encode  # until the library has its own
        self._tokenizer = tokenizer

    def __call__(self, text: bytes) -> list[int]:
        """Return the tokens of a text, whose bytes must be those of the text."""
        whole = text.decode("utf-8")
        ids = self._tokenizer.encode(whole)
        if b"".join(map(self._tokenizer.token_bytes, ids)) == text:
            return ids
        return self.greedy(whole)  # of vocabularies that put a space before a text, for instance


def as_lark(text: str) -> str:
    """Return a grammar in Lark's form, of that or llama.cpp's (GBNF). Raises RequestError."""
    from llguidance.gbnf_to_lark import any_to_lark

    text = text.encode("utf-8", "replace").decode("utf-8")
    try:
        return any_to_lark(text)
    except Exception as error:  # the library raises plain exceptions
        raise refusal("grammar", readable(str(error))) from error


def compiled(schema: Any) -> str:
    """Return the grammar of a JSON schema, whose other faults show when it is used.

    Raises RequestError.
    """
    from llguidance import LLMatcher

    # With options, the library takes objects only.
    whole = cast("Any", schema if isinstance(schema, dict) else {"allOf": [schema]})
    try:
        return LLMatcher.grammar_from_json_schema(
            json.dumps(whole), overrides={"whitespace_pattern": _JSON_SPACE}
        )
    except ValueError as error:  # objects in objects, deeper than the library goes
        raise refusal("JSON schema", str(error)) from error


def place_of_error(schema: Any, message: str) -> str:
    """Return the path of the innermost part of a schema that alone has the same error."""
    from llguidance import LLMatcher

    for path, part in _parts(schema):
        if LLMatcher.validate_grammar(compiled(part)) == message:
            deeper = place_of_error(part, message)
            return path if deeper == "at the top" else f"{path}/{deeper}"
    return "at the top"


def _parts(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield the schemas that stand in a schema, with their paths."""
    if not isinstance(schema, dict):
        return
    for key, value in cast("dict[str, Any]", schema).items():
        if isinstance(value, dict):
            parts = cast("dict[str, Any]", value)
            if key in _SCHEMAS_BY_NAME:
                yield from ((f"{key}/{name}", part) for name, part in parts.items())
            else:
                yield key, parts
        elif isinstance(value, list) and key not in ("enum", "type", "required"):
            for at, part in enumerate(cast("list[Any]", value)):
                yield f"{key}/{at}", part


def refusal(what: str, why: str) -> RequestError:
    """Return the error for a schema or grammar that is wrong."""
    return RequestError(f"The {what} cannot be used: {why}.", hint=f"Correct the {what}.")


def readable(message: str, *, has_places: bool = True) -> str:
    """Return a message of the library as one line, without the pictures of where it points.

    has_places: whether its lines and columns are those of a text that the user wrote.
    """
    lines = [line for line in message.splitlines() if not re.match(r"\s*(\d+ \||\^)", line)]
    text = " ".join(" ".join(lines).split())
    place = r"line \1, column \2: " if has_places else ""
    return re.sub(r"^(?:at )?(\d+)\((\d+)\): ", place, text)[:_MOST_MESSAGE].rstrip(".")
