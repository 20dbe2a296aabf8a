# SPDX-License-Identifier: Apache-2.0
"""A small ERNIE 4.5: dense and sparse layers in turns, a bias beside a softmax."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import Ernie4_5_MoeConfig, Ernie4_5_MoeForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add,
    add_attention,
    add_common,
    add_experts,
    add_mlp,
    finish,
    scaled,
    start,
)


def tiny_ernie(path: Path, *, tied: bool = True, interval: int = 2) -> Tiny:
    """Write a model of four layers, the first dense, of the others every `interval`-th sparse."""
    config = Ernie4_5_MoeConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=256,
        moe_intermediate_size=64,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=2,
        moe_num_experts=8,
        moe_k=3,
        moe_num_shared_experts=2,
        moe_layer_start_index=1,
        moe_layer_interval=interval,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=tied,
    )
    torch.manual_seed(13)
    model = scaled(Ernie4_5_MoeForCausalLM(config))
    writer = start(path, "ernie4_5-moe", config)
    writer.add_head_count_kv(2)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    writer.add_interleave_moe_layer_step(interval)
    writer.add_leading_dense_block_count(1)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_shared_count(2)
    writer.add_expert_shared_feed_forward_length(256 // config.num_key_value_heads)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk)
        add_common(writer, state, hf, blk)
        if i < 1 or (i + 1) % interval:
            add_mlp(writer, state, f"{hf}mlp.", blk, "")
            continue
        bias = state[f"{hf}mlp.gate.moe_statics.e_score_correction_bias"]
        add(writer, f"{blk}exp_probs_b.bias", bias)
        add_experts(writer, state, hf, blk)
        add_mlp(writer, state, f"{hf}mlp.shared_experts.", blk, "_shexp")
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "ernie4_5-moe": tiny_ernie,
    "ernie4_5-moe untied": lambda path: tiny_ernie(path, tied=False, interval=1),
}
