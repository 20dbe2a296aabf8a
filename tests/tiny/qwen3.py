# SPDX-License-Identifier: Apache-2.0
"""A small dense Qwen3: normalised heads, grouped queries."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add_attention,
    add_common,
    add_heads,
    add_mlp,
    finish,
    scaled,
    start,
)


def tiny_qwen3(path: Path, *, tied: bool = False) -> Tiny:
    """Write a Qwen3 of three layers, whose heads are wider together than the model."""
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=24,
        max_position_embeddings=512,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=tied,
    )
    torch.manual_seed(7)
    model = scaled(Qwen3ForCausalLM(config))
    writer = start(path, "qwen3", config)
    add_heads(writer, config, 24)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk)
        add_common(writer, state, hf, blk)
        add_mlp(writer, state, f"{hf}mlp.", blk, "")
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "qwen3": tiny_qwen3,
    "qwen3 tied": lambda path: tiny_qwen3(path, tied=True),
}
