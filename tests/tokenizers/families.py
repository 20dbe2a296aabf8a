# SPDX-License-Identifier: Apache-2.0
"""A vocabulary of our own for every family of pre-tokenisers, compared with llama.cpp.

It is trained on the corpus, across the cuts of all families, so that a wrong cut shows.
"""

from __future__ import annotations

import json
import unicodedata

from tokenizers import Regex
from tokenizers import Tokenizer as Library
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.trainers import BpeTrainer

from ktdesk.text.pretokenizers import FAMILIES
from tests.tokenizers.metadata import SPACE, Metadata

_SIZE = 2500
# Where llama.cpp cuts otherwise than the models' own tokenisers, and by what they are checked
# instead. It takes upper and lower case apart in ASCII only: real tokenisers (gpt-oss, tekken).
_CASE_IN_ASCII = {"gpt-4o", "kanana2", "llama4", "minimax-m2", "tekken"}
# It takes no cases apart: Kimi's original pattern in another engine
# (tests/unit/text/test_pretokenizers.py); Youtu's is made of the same parts.
_OTHERWISE = {"kimi-k2", "youtu"}


def compared() -> list[str]:
    """Return the families whose cuts llama.cpp makes, too."""
    return [family for family in FAMILIES if family not in _OTHERWISE]


def comparable(family: str, text: str) -> bool:
    """Whether llama.cpp takes a text as the family's own tokenisers do.

    It never composes accents, and knows U+2581 only as what it writes for a space.
    """
    if family == "sentence-piece":
        return SPACE not in text
    if family in _CASE_IN_ASCII:
        return text.isascii()
    return not FAMILIES[family].composes or unicodedata.is_normalized("NFC", text)


def train(texts: list[str]) -> Metadata:
    """Return a byte-level vocabulary, without a family."""
    library = Library(BPE())
    level = ByteLevel(add_prefix_space=False, use_regex=False)
    library.pre_tokenizer = Sequence([Split(Regex(".{1,40}"), "isolated"), level])
    alphabet = sorted(ByteLevel.alphabet())
    trainer = BpeTrainer(vocab_size=_SIZE, show_progress=False, initial_alphabet=alphabet)
    library.train_from_iterator(texts, trainer)
    model = json.loads(library.to_str())["model"]
    tokens = [*sorted(model["vocab"], key=model["vocab"].get), "<|x|>"]
    values = {
        "model": "gpt2",
        "tokens": tokens,
        "token_type": [1] * (len(tokens) - 1) + [3],
        "merges": [" ".join(pair) for pair in model["merges"]],
        "bos_token_id": len(tokens) - 1,
        "eos_token_id": len(tokens) - 1,
    }
    return {f"tokenizer.ggml.{key}": value for key, value in values.items()}
