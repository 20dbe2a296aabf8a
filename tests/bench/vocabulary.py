# SPDX-License-Identifier: Apache-2.0
"""A byte-level vocabulary that needs no training: the bytes, and words of up to four letters.

The merges add one letter at a time to a space, so each word of the vocabulary that a text has
after a space is exactly one token.
"""

from __future__ import annotations

from itertools import product
from string import ascii_lowercase

from gguf import GGUFWriter, TokenType
from tokenizers.pre_tokenizers import ByteLevel

_END = "<|endoftext|>"
_SPACE = "Ġ"  # how byte-level vocabularies write the space
_LONGEST = 4


def write_vocabulary(writer: GGUFWriter, size: int) -> None:
    """Add a vocabulary of `size` tokens to a model file; at least the bytes and the end."""
    words = _words(size - 257)
    tokens = [_END, *sorted(ByteLevel.alphabet()), *words]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL] + [TokenType.NORMAL] * (len(tokens) - 1))
    writer.add_token_merges([f"{word[:-1]} {word[-1]}" for word in words])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_chat_template("{% for m in messages %}{{ m.content }} {% endfor %}")


def _words(count: int) -> list[str]:
    """Return words with a space before them, shorter ones first."""
    words = (
        _SPACE + "".join(letters)
        for length in range(1, _LONGEST + 1)
        for letters in product(ascii_lowercase, repeat=length)
    )
    return [word for word, _ in zip(words, range(count), strict=False)]
