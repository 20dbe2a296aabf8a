# SPDX-License-Identifier: Apache-2.0
"""A small OLMoE: whole rows of queries and keys are normalised."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import OlmoeConfig, OlmoeForCausalLM

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


def tiny_olmoe(path: Path) -> Tiny:
    """Write an OLMoE of three layers, whose experts' weights are not normalised."""
    config = OlmoeConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=6,
        num_experts=8,
        num_experts_per_tok=3,
        norm_topk_prob=False,
        eos_token_id=None,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
    )
    torch.manual_seed(10)
    model = scaled(OlmoeForCausalLM(config))
    writer = start(path, "olmoe", config)
    writer.add_head_count_kv(6)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk)
        add_common(writer, state, hf, blk)
        add_experts(writer, state, hf, blk)
    finish(writer, state, tied=False)
    return Tiny(path, model)


VARIANTS: Variants = {"olmoe": tiny_olmoe}
