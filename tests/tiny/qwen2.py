# SPDX-License-Identifier: Apache-2.0
"""Small Qwen2 models: biases, and with experts a shared one that has a gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2MoeConfig, Qwen2MoeForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add,
    add_attention,
    add_common,
    add_experts,
    add_mlp,
    add_yarn,
    finish,
    scaled,
    start,
)


def tiny_qwen2(path: Path, *, tied: bool = False, yarn: bool = False) -> Tiny:
    """Write a Qwen2 of three layers; with YaRN its original context has 32 tokens."""
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": 5000.0}
    if yarn:
        rope |= {"rope_type": "yarn", "factor": 16.0, "original_max_position_embeddings": 32}
        rope |= {"beta_fast": 8.0, "beta_slow": 1.0}
    config = Qwen2Config(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        max_position_embeddings=512,
        rms_norm_eps=1e-6,
        rope_parameters=rope,
        tie_word_embeddings=tied,
    )
    torch.manual_seed(5)
    model = scaled(Qwen2ForCausalLM(config))
    writer = start(path, "qwen2", config)
    writer.add_head_count_kv(2)
    add_yarn(writer, rope)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk)
        add_common(writer, state, hf, blk)
        add_mlp(writer, state, f"{hf}mlp.", blk, "")
    finish(writer, state, tied=tied)
    return Tiny(path, model)


def tiny_qwen2moe(path: Path, *, tied: bool = False) -> Tiny:
    """Write a Qwen2 of three layers with experts, whose weights are not normalised."""
    config = Qwen2MoeConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        moe_intermediate_size=64,
        shared_expert_intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        num_experts=8,
        num_experts_per_tok=3,
        norm_topk_prob=False,
        max_position_embeddings=512,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=tied,
    )
    torch.manual_seed(6)
    model = scaled(Qwen2MoeForCausalLM(config))
    writer = start(path, "qwen2moe", config)
    writer.add_head_count_kv(2)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_shared_feed_forward_length(128)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk)
        add_common(writer, state, hf, blk)
        add_experts(writer, state, hf, blk)
        add_mlp(writer, state, f"{hf}mlp.shared_expert.", blk, "_shexp")
        gate = state[f"{hf}mlp.shared_expert_gate.weight"]
        add(writer, f"{blk}ffn_gate_inp_shexp.weight", gate.squeeze(0))
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "qwen2": tiny_qwen2,
    "qwen2 tied": lambda path: tiny_qwen2(path, tied=True),
    "qwen2 yarn": lambda path: tiny_qwen2(path, yarn=True),
    "qwen2moe": tiny_qwen2moe,
    "qwen2moe tied": lambda path: tiny_qwen2moe(path, tied=True),
}
