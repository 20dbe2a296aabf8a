# SPDX-License-Identifier: Apache-2.0
"""What `transformers` asks about a model's configuration, from the model that is loaded."""

from __future__ import annotations

from typing import Any

from transformers import PreTrainedConfig

from ktdesk.formats.gguf import Checkpoint
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.text.tokenizer import Tokenizer


class KTConfig(PreTrainedConfig):
    """The numbers that tools look for. gguf_architecture: the model's own, as its file calls it."""

    model_type = "ktdesk"

    vocab_size: int = 0
    hidden_size: int = 0
    num_hidden_layers: int = 0
    num_attention_heads: int = 0
    max_position_embeddings: int = 0
    gguf_architecture: str = ""

    @classmethod
    def of(cls, info: ModelInfo, checkpoint: Checkpoint, tokenizer: Tokenizer) -> KTConfig:
        """Describe a loaded model. Its context is the one that it is loaded with."""
        arch = info.architecture
        make: Any = cls  # the library makes its arguments from annotations, also of its own class
        return make(
            name_or_path=str(info.path),
            vocab_size=tokenizer.vocabulary_size,
            hidden_size=checkpoint.count(f"{arch}.embedding_length"),
            num_hidden_layers=info.layers,
            num_attention_heads=checkpoint.count(f"{arch}.attention.head_count"),
            max_position_embeddings=info.context_tokens,
            gguf_architecture=arch,
            bos_token_id=tokenizer.bos_id,
            eos_token_id=sorted(tokenizer.end_ids),
            pad_token_id=tokenizer.eos_id,
            tie_word_embeddings=False,
        )
