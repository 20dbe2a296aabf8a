# SPDX-License-Identifier: Apache-2.0
"""A small MiniMax-M2: whole rows normalised, heads that turn in part, sigmoid routing."""

from __future__ import annotations

from pathlib import Path

import gguf
import torch
from transformers import MiniMaxM2Config, MiniMaxM2ForCausalLM

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


def tiny_minimax_m2(path: Path) -> Tiny:
    """Write a MiniMax-M2 of three layers."""
    config = MiniMaxM2Config(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=24,
        num_local_experts=8,
        num_experts_per_tok=3,
        max_position_embeddings=512,
        rope_parameters={
            "rope_type": "default",
            "rope_theta": 5000.0,
            "partial_rotary_factor": 0.5,
        },
        bos_token_id=1,
        eos_token_id=2,
    )
    torch.manual_seed(8)
    model = scaled(MiniMaxM2ForCausalLM(config))
    writer = start(path, "minimax-m2", config)
    writer.add_head_count_kv(2)
    writer.add_key_length(24)
    writer.add_value_length(24)
    writer.add_rope_dimension_count(12)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        for name in ("q", "k", "v"):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}_proj.weight"])
        for name in ("q_norm", "k_norm"):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}.weight"])
        add_common(writer, state, hf, blk)
        add(writer, f"{blk}exp_probs_b.bias", state[f"{hf}mlp.e_score_correction_bias"])
        add_experts(writer, state, hf, blk)
    finish(writer, state, tied=False)
    return Tiny(path, model)


VARIANTS: Variants = {"minimax-m2": tiny_minimax_m2}
