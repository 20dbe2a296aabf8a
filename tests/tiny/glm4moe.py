# SPDX-License-Identifier: Apache-2.0
"""A small GLM-4.5: partly turned heads, a dense first layer, sigmoid routing, shared experts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import torch
from transformers import Glm4MoeConfig, Glm4MoeForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    State,
    Tiny,
    Variants,
    add,
    add_attention,
    add_experts,
    add_heads,
    add_mlp,
    add_nextn,
    finish,
    scaled,
    start,
)


def glm4moe(**changes: Any) -> Any:
    """Return a random model of three layers. changes: of its configuration."""
    numbers = {
        "vocab_size": VOCABULARY,
        "hidden_size": 96,
        "intermediate_size": 160,
        "moe_intermediate_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "head_dim": 24,
        "n_shared_experts": 2,
        "n_routed_experts": 8,
        "num_experts_per_tok": 3,
        "norm_topk_prob": True,
        "routed_scaling_factor": 1.5,
        "first_k_dense_replace": 1,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 5000.0,
            "partial_rotary_factor": 0.5,
        },
    }
    torch.manual_seed(8)
    return scaled(Glm4MoeForCausalLM(Glm4MoeConfig(**(numbers | changes))))


def tiny_glm4moe(path: Path, *, large: bool = True, tied: bool = False, nextn: int = 0) -> Tiny:
    """Write it. large: as GLM-4.5 has it, with normalised heads and biases; Air has only these.

    nextn: layers that predict further tokens.
    """
    model = glm4moe(attention_bias=True, use_qk_norm=large, tie_word_embeddings=tied)
    config, state = model.config, model.state_dict()
    writer = start(path, "glm4moe", config, nextn=nextn)
    add_heads(writer, config, 24)
    writer.add_rope_dimension_count(12)
    add_glm_routing(writer, config)
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk)
        add(writer, f"{blk}attn_norm.weight", state[f"{hf}input_layernorm.weight"])
        norm = state[f"{hf}post_attention_layernorm.weight"]
        add(writer, f"{blk}post_attention_norm.weight", norm)
        add(writer, f"{blk}attn_output.weight", state[f"{hf}self_attn.o_proj.weight"])
        add_glm_feed_forward(writer, state, config, i)
    for i in range(nextn):
        add_nextn(writer, config.num_hidden_layers + i, config.hidden_size)
    finish(writer, state, tied=tied)
    return Tiny(path, model)


def add_glm_routing(writer: gguf.GGUFWriter, c: Any) -> None:
    """Write how experts are chosen."""
    writer.add_expert_count(c.n_routed_experts)
    writer.add_expert_used_count(c.num_experts_per_tok)
    writer.add_expert_group_count(c.n_group)
    writer.add_expert_group_used_count(c.topk_group)
    writer.add_expert_feed_forward_length(c.moe_intermediate_size)
    writer.add_expert_shared_count(c.n_shared_experts)
    writer.add_leading_dense_block_count(c.first_k_dense_replace)
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    writer.add_expert_weights_scale(c.routed_scaling_factor)
    writer.add_expert_weights_norm(c.norm_topk_prob)


def add_glm_feed_forward(writer: gguf.GGUFWriter, state: State, c: Any, layer: int) -> None:
    """Write a layer's feed-forward part."""
    hf, blk = f"model.layers.{layer}.", f"blk.{layer}."
    if layer < c.first_k_dense_replace:
        add_mlp(writer, state, f"{hf}mlp.", blk, "")
        return
    add(writer, f"{blk}exp_probs_b.bias", state[f"{hf}mlp.gate.e_score_correction_bias"])
    add_experts(writer, state, hf, blk)
    add_mlp(writer, state, f"{hf}mlp.shared_experts.", blk, "_shexp")


VARIANTS: Variants = {
    "glm4moe": tiny_glm4moe,
    "glm4moe air tied": lambda path: tiny_glm4moe(path, large=False, tied=True),
    "glm4moe nextn": lambda path: tiny_glm4moe(path, nextn=1),
}
