# SPDX-License-Identifier: Apache-2.0
"""A small Mixtral, which in a file is a Llama with experts."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import MixtralConfig, MixtralForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add_attention,
    add_common,
    add_experts,
    finish,
    scaled,
    start,
)


def tiny_mixtral(path: Path) -> Tiny:
    """Write a Mixtral of three layers: softmax over the chosen experts."""
    config = MixtralConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        num_local_experts=8,
        num_experts_per_tok=3,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
    )
    torch.manual_seed(9)
    model = scaled(MixtralForCausalLM(config))
    writer = start(path, "llama", config)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(16)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk, pairs=(6, 2))
        add_common(writer, state, hf, blk)
        add_experts(writer, state, hf, blk)
    finish(writer, state, tied=False)
    return Tiny(path, model)


VARIANTS: Variants = {"mixtral": tiny_mixtral}
