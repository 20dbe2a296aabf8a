# SPDX-License-Identifier: Apache-2.0
"""Small random models of each architecture: made by `transformers`, laid out as GGUF files.

The tensor names, shapes and metadata keys are those that llama.cpp's converter writes. Random
weights are larger than at the start of a training, since flat logits would hide errors.
"""

from __future__ import annotations

from tests.tiny.deepseek2 import tiny_deepseek
from tests.tiny.llama import tiny_llama
from tests.tiny.qwen3moe import tiny_qwen3moe
from tests.tiny.shared import VOCABULARY, Tiny, add_tokenizer

__all__ = ["VOCABULARY", "Tiny", "add_tokenizer", "tiny_deepseek", "tiny_llama", "tiny_qwen3moe"]
