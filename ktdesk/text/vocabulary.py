# SPDX-License-Identifier: Apache-2.0
"""The vocabulary as a model's file carries it: its metadata under `tokenizer.ggml`, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, cast

from ktdesk.errors import ModelFileError

_DAMAGED = "The file may be damaged, or only a part of a model: fetch it again."


class Kind(IntEnum):
    """What a token is, by its number in `token_type`."""

    UNDEFINED = 0
    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True)
class Vocabulary:
    """Tokens with their kinds, and the other values of the metadata, as the file has them.

    architecture, name: the model's own, for habits that files say nowhere else.
    """

    path: Path
    tokens: list[str]
    kinds: list[Kind]
    architecture: str
    name: str
    values: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, metadata: Mapping[str, Any]) -> Vocabulary:
        """Return the vocabulary of a file's metadata. Raises ModelFileError if it is damaged."""
        prefix = "tokenizer.ggml."
        keys = (key for key in metadata if key.startswith(prefix))
        values = {key.removeprefix(prefix): metadata[key] for key in keys}
        tokens = _texts(path, values.get("tokens"), "tokens")
        kinds = _kinds(path, values.get("token_type"), len(tokens))
        architecture, name = (
            str(metadata.get(f"general.{k}", "")) for k in ("architecture", "name")
        )
        return cls(path, tokens, kinds, architecture, name, values)

    def flag(self, key: str, default: bool) -> bool:
        """Return a value that is true or false."""
        return bool(self.values.get(key, default))

    def token_id(self, key: str, default: int | None = None) -> int | None:
        """Return the token that a key names; None if there is no such token."""
        value = self.values.get(key, default)
        return value if isinstance(value, int) and 0 <= value < len(self.tokens) else None

    def ids(self) -> dict[str, int]:
        """Return the tokens' numbers. The first of several equal ones counts."""
        return {token: i for i, token in reversed(list(enumerate(self.tokens)))}

    def merges(self) -> list[tuple[str, str]]:
        """Return the pairs that are merged, the first in rank first."""
        texts = _texts(self.path, self.values.get("merges"), "merges")
        return [cast("tuple[str, str]", _pair(text)) for text in texts]

    def scores(self) -> list[float]:
        """Return a score for each token: the higher, the earlier it is merged."""
        scores = self.values.get("scores")
        if isinstance(scores, list):
            numbers = cast("list[Any]", scores)
            if len(numbers) == len(self.tokens) and all(
                isinstance(n, (int, float)) for n in numbers
            ):
                return numbers
        message = f"The file does not give a score to each of its {len(self.tokens)} tokens."
        raise ModelFileError(self.path, message, hint=_DAMAGED)


def _pair(merge: str) -> tuple[str, ...]:
    """Cut at the first space that is not the first character, which may be a token itself."""
    at = merge.find(" ", 1)
    return (merge[:at], merge[at + 1 :]) if at > 0 else (merge,)


def _texts(path: Path, value: Any, what: str) -> list[str]:
    if isinstance(value, list):
        texts = cast("list[Any]", value)
        if all(isinstance(text, str) for text in texts):
            return cast("list[str]", texts)
    raise ModelFileError(path, f"The file's vocabulary has no {what}.", hint=_DAMAGED)


def _kinds(path: Path, value: Any, count: int) -> list[Kind]:
    """Return the kind of each token; files may leave them out."""
    if value is None:
        return [Kind.NORMAL] * count
    if not isinstance(value, list) or len(cast("list[Any]", value)) != count:
        message = f"The file does not give a kind to each of its {count} tokens."
        raise ModelFileError(path, message, hint=_DAMAGED)
    known = {int(kind): kind for kind in Kind}
    numbers = cast("list[Any]", value)
    return [known.get(n, Kind.UNDEFINED) if isinstance(n, int) else Kind.UNDEFINED for n in numbers]
