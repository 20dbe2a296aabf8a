# SPDX-License-Identifier: Apache-2.0
"""A small Qwen3 with experts: normalised heads, grouped queries."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import Qwen3MoeConfig, Qwen3MoeForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add,
    add_common,
    add_experts,
    finish,
    scaled,
    start,
)


def tiny_qwen3moe(path: Path, *, tied: bool = False, head_size: int = 24) -> Tiny:
    """Write a Qwen3 of three layers with experts: normalised heads, grouped queries."""
    config = Qwen3MoeConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        moe_intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=head_size,
        num_experts=8,
        num_experts_per_tok=3,
        norm_topk_prob=True,
        max_position_embeddings=512,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=tied,
    )
    torch.manual_seed(4)
    model = scaled(Qwen3MoeForCausalLM(config))
    writer = start(path, "qwen3moe", config)
    writer.add_head_count_kv(2)
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        for name in ("q", "k", "v"):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}_proj.weight"])
        for name in ("q_norm", "k_norm"):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}.weight"])
        add_common(writer, state, hf, blk)
        add_experts(writer, state, hf, blk)
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "qwen3moe": tiny_qwen3moe,
    "qwen3moe tied": lambda path: tiny_qwen3moe(path, tied=True),
}
