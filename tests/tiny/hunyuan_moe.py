# SPDX-License-Identifier: Apache-2.0
"""A small Hunyuan with experts: heads are normalised after they have turned."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import HunYuanMoEV1Config, HunYuanMoEV1ForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add,
    add_attention,
    add_common,
    add_experts,
    add_heads,
    add_mlp,
    finish,
    scaled,
    start,
)


def tiny_hunyuan(path: Path, *, tied: bool = False) -> Tiny:
    """Write a model of three layers, with a shared expert of the width of the others."""
    config = HunYuanMoEV1Config(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=24,
        num_experts=8,
        moe_topk=3,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=tied,
    )
    torch.manual_seed(14)
    model = scaled(HunYuanMoEV1ForCausalLM(config))
    writer = start(path, "hunyuan-moe", config)
    add_heads(writer, config, 24)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_shared_count(1)
    writer.add_expert_shared_feed_forward_length(64)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk)
        for name, long in (("q_norm", "query"), ("k_norm", "key")):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{long}_layernorm.weight"])
        add_common(writer, state, hf, blk)
        add_experts(writer, state, hf, blk, router="gate.wg")
        add_mlp(writer, state, f"{hf}mlp.shared_mlp.", blk, "_shexp")
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "hunyuan-moe": tiny_hunyuan,
    "hunyuan-moe tied": lambda path: tiny_hunyuan(path, tied=True),
}
