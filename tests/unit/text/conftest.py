# SPDX-License-Identifier: Apache-2.0
"""A small byte-level vocabulary, trained on a few sentences, as metadata of a model's file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer as Library
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from ktdesk.text.tokenizer import Tokenizer

CORPUS = [
    "The quick brown fox can't jump; they're over 12345 lazy dogs, we'll see!\n\n",
    "Größe, naïve café: über 100 größere Häuser. Привет, мир! שלום עולם.\r\n",
    "for (int i = 0; i < n; ++i) {\n\ta[i] += b[i];  // 1,000,000 times\n}\n",
    "你好世界。日本語テキスト 한국어 🙂🚀 mixed 中文 and English\t\ttabs   spaces\n",
] * 3
PATH = Path("model.gguf")
CONTROL, USER_DEFINED = 3, 4


@dataclass
class Vocabulary:
    """What a training made."""

    tokens: list[str]
    merges: list[str]

    def metadata(self, pre: str, **values: Any) -> dict[str, Any]:
        """As a model's file has it, with two tokens that mark turns and one literal token."""
        tokens = [*self.tokens, "<|im_start|>", "<|im_end|>", "<tool call>"]
        kinds = [1] * len(self.tokens) + [CONTROL, CONTROL, USER_DEFINED]
        keys = {
            "model": "gpt2",
            "pre": pre,
            "tokens": tokens,
            "merges": self.merges,
            "token_type": kinds,
            "bos_token_id": len(self.tokens),
            "eos_token_id": len(self.tokens) + 1,
        }
        return {f"tokenizer.ggml.{key}": value for key, value in (keys | values).items()}

    def tokenizer(self, pre: str = "gpt-2", **values: Any) -> Tokenizer:
        return Tokenizer.from_metadata(PATH, self.metadata(pre, **values))


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    library = Library(BPE())
    library.pre_tokenizer = ByteLevel(add_prefix_space=False)
    library.train_from_iterator(
        CORPUS,
        BpeTrainer(
            vocab_size=700, show_progress=False, initial_alphabet=sorted(ByteLevel.alphabet())
        ),
    )
    model = json.loads(library.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    return Vocabulary(tokens, [" ".join(pair) for pair in model["merges"]])
