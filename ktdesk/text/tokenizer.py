# SPDX-License-Identifier: Apache-2.0
"""Text to tokens and back, from the vocabulary that the model's file carries.

Merging is done by the `tokenizers` library. Decoding is by bytes: a token may be part of a
character.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from tokenizers import AddedToken
from tokenizers import Tokenizer as Library
from tokenizers.models import BPE

from ktdesk.errors import ModelFileError, did_you_mean
from ktdesk.text.pretokenizers import PATTERNS, WHOLE_WORDS_FIRST, pre_tokenizer

_NORMAL, _CONTROL, _USER_DEFINED = 1, 3, 4  # numbers of tokenizer.ggml.token_type
_END_KEYS = ("eos_token_id", "eot_token_id", "eom_token_id")
# Tokens that end a turn in the models' own chat formats, whether or not the file says so.
_END_TEXTS = (
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<end_of_turn>",
    "<\N{FULLWIDTH VERTICAL LINE}end▁of▁sentence\N{FULLWIDTH VERTICAL LINE}>",
)


def _byte_alphabet() -> dict[str, int]:
    """Return the byte that each character of a byte-level vocabulary stands for.

    Printable bytes stand for themselves, the others for characters from U+0100 on, in order.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in printable]
    own = {chr(byte): byte for byte in printable}
    return own | {chr(0x100 + i): byte for i, byte in enumerate(others)}


_BYTES = _byte_alphabet()


class Tokenizer:
    """A byte-level vocabulary with merges.

    bos_id, eos_id: the tokens that begin and end a sequence, if there are such. adds_bos: whether
    prompts begin with the first. end_ids: the tokens that end an answer.
    """

    def __init__(self, path: Path, metadata: Mapping[str, Any]) -> None:
        def value(key: str, default: Any) -> Any:
            return metadata.get(f"tokenizer.ggml.{key}", default)

        _check_kind(path, value("model", ""), value("pre", "default"))
        self._tokens = _texts(path, value("tokens", None), "tokens")
        merges = _texts(path, value("merges", None), "merges")
        kinds = _kinds(path, value("token_type", None), len(self._tokens))
        self._library = _library(path, self._tokens, merges, kinds, value("pre", "default"))
        self._control = {i for i, kind in enumerate(kinds) if kind == _CONTROL}
        self._literal = {i for i, kind in enumerate(kinds) if kind == _USER_DEFINED}
        self.vocabulary_size = len(self._tokens)
        self.bos_id = self._known(value("bos_token_id", None))
        self.eos_id = self._known(value("eos_token_id", None))
        self.adds_bos = bool(value("add_bos_token", value("pre", "") == "llama-bpe"))
        named = {self._known(value(key, None)) for key in _END_KEYS}
        usual = {i for i in self._control if self._tokens[i] in _END_TEXTS}
        self.end_ids = frozenset(i for i in named | usual if i is not None)

    @classmethod
    def from_metadata(cls, path: Path, metadata: Mapping[str, Any]) -> Tokenizer:
        """Build the tokeniser of a file's metadata.

        Raises ModelFileError if it is of a kind that KTDesk does not know, or damaged.
        """
        return cls(path, metadata)

    def encode(self, text: str, *, add_bos: bool = False) -> list[int]:
        """Return the tokens of a text. Control tokens written in it become themselves."""
        whole = text.encode("utf-8", "replace").decode("utf-8")  # halves of characters become '?'
        ids: list[int] = self._library.encode(whole, add_special_tokens=False).ids
        return [self.bos_id, *ids] if add_bos and self.bos_id is not None else ids

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens. Control tokens give none, broken characters U+FFFD."""
        return b"".join(self.token_bytes(i) for i in ids).decode("utf-8", "replace")

    def token_text(self, token_id: int) -> str:
        """Return a token as the vocabulary writes it."""
        return self._tokens[token_id]

    def token_bytes(self, token_id: int) -> bytes:
        """Return the bytes that a token adds to a text; control tokens add none."""
        if token_id in self._control:
            return b""
        text = self._tokens[token_id]
        if token_id in self._literal or not all(c in _BYTES for c in text):
            return text.encode("utf-8", "replace")
        return bytes(_BYTES[c] for c in text)

    def stream(self) -> TextStream:
        """Return a decoder that takes one token at a time."""
        return TextStream(self)

    def _known(self, token_id: Any) -> int | None:
        valid = isinstance(token_id, int) and 0 <= token_id < len(self._tokens)
        return token_id if valid else None


class TextStream:
    """Decodes tokens one by one; gives text only when its characters are whole."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token_id: int) -> str:
        """Return the text that this token completes; may be empty."""
        return self._decoder.decode(self._tokenizer.token_bytes(token_id))

    def flush(self) -> str:
        """Return U+FFFD for a character that stayed incomplete, else nothing."""
        return self._decoder.decode(b"", final=True)


def _check_kind(path: Path, model: Any, pre: Any) -> None:
    if model != "gpt2":
        raise ModelFileError(
            path,
            f"The file's vocabulary is of the kind {model!r}; KTDesk knows 'gpt2' (byte-level) so "
            "far.",
            hint="Choose another model.",
        )
    if not isinstance(pre, str) or pre not in PATTERNS:
        raise ModelFileError(
            path,
            f"KTDesk does not know how the vocabulary {pre!r} cuts text."
            f"{did_you_mean(str(pre), PATTERNS)}",
            hint=f"Choose a model with one of these: {', '.join(PATTERNS)}.",
        )


def _texts(path: Path, value: Any, what: str) -> list[str]:
    if isinstance(value, list):
        texts = cast("list[Any]", value)
        if all(isinstance(text, str) for text in texts):
            return cast("list[str]", texts)
    raise ModelFileError(
        path,
        f"The file's vocabulary has no {what}.",
        hint="The file may be damaged, or only a part of a model: fetch it again.",
    )


def _kinds(path: Path, value: Any, count: int) -> list[int]:
    """Return the kind of each token; files may leave them out."""
    if value is None:
        return [_NORMAL] * count
    if not isinstance(value, list) or len(cast("list[Any]", value)) != count:
        raise ModelFileError(
            path,
            f"The file does not give a kind to each of its {count} tokens.",
            hint="The file may be damaged: fetch it again.",
        )
    return cast("list[int]", value)


def _library(
    path: Path, tokens: list[str], merges: list[str], kinds: list[int], pre: str
) -> Library:
    vocabulary = {token: i for i, token in reversed(list(enumerate(tokens)))}
    pairs: Any = [tuple(merge.split(" ", 1)) for merge in merges]
    try:
        model = BPE(vocab=vocabulary, merges=pairs, ignore_merges=pre in WHOLE_WORDS_FIRST)
    except Exception as error:  # the library raises plain exceptions
        message = f"The file's vocabulary cannot be used: {error}."
        raise ModelFileError(path, message, hint="The file may be damaged.") from error
    library: Any = Library(model)  # the library's own types are partial
    library.pre_tokenizer = pre_tokenizer(pre)
    library.add_special_tokens(_added(tokens, kinds, _CONTROL))
    library.add_tokens(_added(tokens, kinds, _USER_DEFINED))
    return library


def _added(tokens: list[str], kinds: list[int], kind: int) -> list[AddedToken]:
    """Return the tokens of a kind, which are found in a text before it is cut and merged."""
    return [
        AddedToken(token, special=kind == _CONTROL, normalized=False)
        for token, token_kind in zip(tokens, kinds, strict=True)
        if token_kind == kind and token
    ]
