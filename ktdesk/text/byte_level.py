# SPDX-License-Identifier: Apache-2.0
"""Byte-level vocabularies (`gpt2`).

A text is cut by patterns, written in an alphabet of 256 characters, and merged by rank.
"""

from __future__ import annotations

import logging
from typing import Any

from tokenizers.decoders import ByteLevel
from tokenizers.normalizers import NFC

from ktdesk.errors import ModelFileError, did_you_mean
from ktdesk.text.pretokenizers import FAMILIES, Family, pre_tokenizer
from ktdesk.text.scheme import Scheme, merging
from ktdesk.text.vocabulary import Vocabulary

_log = logging.getLogger(__name__)


def byte_level(vocabulary: Vocabulary) -> Scheme:
    """Return the scheme of a byte-level vocabulary.

    Raises ModelFileError if its family is unknown, or its merges do not fit its tokens.
    """
    family = _family(vocabulary)
    library: Any = merging(  # Any: the library's own types are partial
        vocabulary.path,
        vocabulary.ids(),
        vocabulary.merges(),
        ignore_merges=family.whole_words_first,
    )
    if family.composes:
        library.normalizer = NFC()
    library.pre_tokenizer = pre_tokenizer(family)
    return Scheme(library, _surface, ByteLevel(), adds_bos=family.adds_bos)


def _family(vocabulary: Vocabulary) -> Family:
    pre = vocabulary.values.get("pre", "default")
    if pre == "default":
        _log.warning("%s: the file does not say how its vocabulary cuts text", vocabulary.path)
    if isinstance(pre, str) and pre in FAMILIES:
        return FAMILIES[pre]
    raise ModelFileError(
        vocabulary.path,
        f"KTDesk does not know how the vocabulary {pre!r} cuts text."
        f"{did_you_mean(str(pre), FAMILIES)}",
        hint=f"Choose a model with one of these: {', '.join(FAMILIES)}.",
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


def _surface(token: str) -> bytes:
    if all(character in _BYTES for character in token):
        return bytes(_BYTES[character] for character in token)
    return token.encode("utf-8", "replace")
