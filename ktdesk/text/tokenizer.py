# SPDX-License-Identifier: Apache-2.0
"""Text to tokens and back, from the vocabulary that the model's file carries.

Cutting and merging is done by the `tokenizers` library. Decoding is by bytes: a token may be part
of a character.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer as Library
from tokenizers.normalizers import Replace
from tokenizers.normalizers import Sequence as Steps
from tokenizers.processors import TemplateProcessing

from ktdesk.errors import ModelFileError
from ktdesk.text.byte_level import byte_level
from ktdesk.text.scheme import Scheme
from ktdesk.text.sentence_piece import sentence_piece
from ktdesk.text.special_tokens import end_ids, found_whole, with_ends_as_control
from ktdesk.text.vocabulary import Kind, Vocabulary

_SCHEMES: dict[str, Callable[[Vocabulary], Scheme]] = {
    "gpt2": byte_level,
    "llama": sentence_piece,
    "gemma4": sentence_piece,
}
_SPECIAL = (Kind.CONTROL, Kind.UNKNOWN)
_WITHOUT_TEXT = (Kind.CONTROL, Kind.UNKNOWN, Kind.UNUSED)
_BYTE = re.compile("<0x([0-9A-Fa-f]{2})>")


class Tokenizer:
    """A model's vocabulary.

    bos_id, eos_id: the tokens that begin and end a sequence, if there are such. adds_bos: whether
    prompts begin with the first; none ends with the other, since an answer is to follow. end_ids:
    the tokens that end an answer.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        vocabulary = with_ends_as_control(vocabulary)
        scheme = _scheme(vocabulary)
        self.vocabulary_size = len(vocabulary.tokens)
        self.bos_id = vocabulary.token_id("bos_token_id", scheme.bos_id)
        self.eos_id = vocabulary.token_id("eos_token_id", scheme.eos_id)
        self.adds_bos = vocabulary.flag("add_bos_token", scheme.adds_bos)
        ends = {self.eos_id} | end_ids(vocabulary)
        self.end_ids = frozenset(i for i in ends if i is not None)
        library: Any = scheme.library  # the library's own types are partial
        library.add_special_tokens(found_whole(vocabulary, _SPECIAL))
        library.add_tokens(found_whole(vocabulary, [Kind.USER_DEFINED]))
        self._scheme = scheme
        self._tokens, self._kinds = vocabulary.tokens, vocabulary.kinds

    @classmethod
    def from_metadata(cls, path: Path, metadata: Mapping[str, Any]) -> Tokenizer:
        """Build the tokeniser of a file's metadata.

        Raises ModelFileError if it is of a kind that KTDesk does not know, or damaged.
        """
        return cls(Vocabulary.read(path, metadata))

    def encode(self, text: str, *, add_bos: bool = False) -> list[int]:
        """Return the tokens of a text. Control tokens written in it become themselves."""
        text = text.encode("utf-8", "replace").decode("utf-8")  # halves of characters become '?'
        text = text.replace(self._scheme.written_space, " ")
        ids: list[int] = self._scheme.library.encode(text, add_special_tokens=False).ids
        return [self.bos_id, *ids] if add_bos and self.bos_id is not None else ids

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens. Control tokens give none, broken characters U+FFFD."""
        data = b"".join(self.token_bytes(i) for i in ids)
        return self.without_added_space(data).decode("utf-8", "replace")

    def token_text(self, token_id: int) -> str:
        """Return a token as the vocabulary writes it."""
        return self._tokens[token_id]

    def token_bytes(self, token_id: int) -> bytes:
        """Return the bytes that a token adds to a text; control tokens add none."""
        kind, text = self._kinds[token_id], self._tokens[token_id]
        if kind in _WITHOUT_TEXT:
            return b""
        if kind == Kind.USER_DEFINED:
            return text.encode("utf-8", "replace")
        if kind == Kind.BYTE and (byte := _BYTE.fullmatch(text)):
            return bytes.fromhex(byte[1])
        return self._scheme.surface(text)

    def without_added_space(self, beginning: bytes) -> bytes:
        """Return the first bytes of a text without the space that encoding put before it."""
        return beginning.removeprefix(b" ") if self._scheme.adds_space else beginning

    @property
    def unused_ids(self) -> frozenset[int]:
        """The tokens that were never trained, and add nothing to a text."""
        return frozenset(i for i, kind in enumerate(self._kinds) if kind == Kind.UNUSED)

    def library(self) -> Library:
        """Return a tokeniser of the `tokenizers` library with the same tokens.

        It puts the first token before a text, where that is the model's habit, and decodes.
        """
        copy: Any = Library.from_str(self._scheme.library.to_str())
        copy.decoder = self._scheme.decoder
        if self._scheme.written_space != " ":
            copy.normalizer = Steps([Replace(self._scheme.written_space, " "), copy.normalizer])
        if self.adds_bos and self.bos_id is not None:
            bos = self.token_text(self.bos_id)
            copy.post_processor = TemplateProcessing(
                single=[bos, "$A"], pair=[bos, "$A", "$B"], special_tokens=[(bos, self.bos_id)]
            )
        return copy

    def stream(self, *, is_beginning: bool = True) -> TextStream:
        """Return a decoder that takes one token at a time.

        is_beginning: the tokens begin a text; else they continue one, and keep their first space.
        """
        return TextStream(self, is_beginning=is_beginning)


class TextStream:
    """Decodes tokens one by one; gives text only when its characters are whole."""

    def __init__(self, tokenizer: Tokenizer, *, is_beginning: bool) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_beginning = is_beginning

    def push(self, token_id: int) -> str:
        """Return the text that this token completes; may be empty."""
        data = self._tokenizer.token_bytes(token_id)
        if data and self._is_beginning:
            data = self._tokenizer.without_added_space(data)
            self._is_beginning = False
        return self._decoder.decode(data)

    def flush(self) -> str:
        """Return U+FFFD for a character that stayed incomplete, else nothing."""
        return self._decoder.decode(b"", final=True)


def _scheme(vocabulary: Vocabulary) -> Scheme:
    model = vocabulary.values.get("model", "")
    if isinstance(model, str) and model in _SCHEMES:
        return _SCHEMES[model](vocabulary)
    raise ModelFileError(
        vocabulary.path,
        f"The file's vocabulary is of the kind {model!r}; KTDesk knows 'gpt2' (byte-level), "
        "'llama' and 'gemma4' (SentencePiece).",
        hint="Choose another model.",
    )
