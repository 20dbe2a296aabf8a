# SPDX-License-Identifier: Apache-2.0
"""A small DeepSeek-V3: latent attention, groups of experts, shared experts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import torch
from transformers import DeepseekV3Config, DeepseekV3ForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    State,
    Tiny,
    Variants,
    add,
    add_common,
    add_experts,
    add_mlp,
    finish,
    scaled,
    start,
)


def tiny_deepseek(
    path: Path,
    *,
    split: bool = True,
    q_latent: int | None = 40,
    yarn: bool = False,
    tied: bool = False,
    latent: int = 48,
    rope_size: int = 16,
) -> Tiny:
    """Write a DeepSeek-V3 of three layers: groups, bias, shared experts, a dense first layer."""
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": 5000.0}
    if yarn:
        rope |= {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64}
        rope |= {"beta_fast": 32.0, "beta_slow": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0}
    config = DeepseekV3Config(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        moe_intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        n_shared_experts=2,
        n_routed_experts=8,
        num_experts_per_tok=3,
        n_group=4,
        topk_group=2,
        norm_topk_prob=True,
        routed_scaling_factor=2.5,
        q_lora_rank=q_latent,
        kv_lora_rank=latent,
        qk_nope_head_dim=24,
        qk_rope_head_dim=rope_size,
        v_head_dim=20,
        first_k_dense_replace=1,
        max_position_embeddings=512,
        rms_norm_eps=1e-6,
        rope_parameters=rope,
        rope_interleave=True,
        tie_word_embeddings=tied,
    )
    torch.manual_seed(2)
    model = scaled(DeepseekV3ForCausalLM(config))
    writer = start(path, "deepseek2", config)
    _deepseek_numbers(writer, config, split=split, yarn=yarn)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        _deepseek_layer(writer, state, config, i, split=split)
    finish(writer, state, tied=tied)
    return Tiny(path, model)


def _deepseek_numbers(writer: gguf.GGUFWriter, c: Any, *, split: bool, yarn: bool) -> None:
    key = c.qk_nope_head_dim + c.qk_rope_head_dim
    writer.add_kv_lora_rank(c.kv_lora_rank)
    if c.q_lora_rank:
        writer.add_q_lora_rank(c.q_lora_rank)
    if split:
        writer.add_head_count_kv(1)
        writer.add_key_length(c.kv_lora_rank + c.qk_rope_head_dim)
        writer.add_value_length(c.kv_lora_rank)
        writer.add_key_length_mla(key)
        writer.add_value_length_mla(c.v_head_dim)
    else:
        writer.add_head_count_kv(c.num_attention_heads)
        writer.add_key_length(key)
        writer.add_value_length(c.v_head_dim)
    writer.add_rope_dimension_count(c.qk_rope_head_dim)
    if yarn:
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(8.0)
        writer.add_rope_scaling_orig_ctx_len(64)
        writer.add_rope_scaling_yarn_log_mul(0.1)
    writer.add_leading_dense_block_count(c.first_k_dense_replace)
    writer.add_expert_feed_forward_length(c.moe_intermediate_size)
    writer.add_expert_count(c.n_routed_experts)
    writer.add_expert_used_count(c.num_experts_per_tok)
    writer.add_expert_shared_count(c.n_shared_experts)
    writer.add_expert_group_count(c.n_group)
    writer.add_expert_group_used_count(c.topk_group)
    writer.add_expert_weights_scale(c.routed_scaling_factor)
    writer.add_expert_weights_norm(True)
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)


def _deepseek_layer(
    writer: gguf.GGUFWriter, state: State, c: Any, layer: int, *, split: bool
) -> None:
    hf, blk = f"model.layers.{layer}.", f"blk.{layer}."
    attention = f"{hf}self_attn."
    if c.q_lora_rank:
        add(writer, f"{blk}attn_q_a.weight", state[f"{attention}q_a_proj.weight"])
        add(writer, f"{blk}attn_q_a_norm.weight", state[f"{attention}q_a_layernorm.weight"])
        add(writer, f"{blk}attn_q_b.weight", state[f"{attention}q_b_proj.weight"])
    else:
        add(writer, f"{blk}attn_q.weight", state[f"{attention}q_proj.weight"])
    add(writer, f"{blk}attn_kv_a_mqa.weight", state[f"{attention}kv_a_proj_with_mqa.weight"])
    add(writer, f"{blk}attn_kv_a_norm.weight", state[f"{attention}kv_a_layernorm.weight"])
    joint = state[f"{attention}kv_b_proj.weight"]
    if split:
        heads = joint.view(c.num_attention_heads, -1, c.kv_lora_rank)
        key, value = heads.split((c.qk_nope_head_dim, c.v_head_dim), 1)
        add(writer, f"{blk}attn_k_b.weight", key.transpose(1, 2))
        add(writer, f"{blk}attn_v_b.weight", value)
    else:
        add(writer, f"{blk}attn_kv_b.weight", joint)
    add_common(writer, state, hf, blk)
    if layer < c.first_k_dense_replace:
        add_mlp(writer, state, f"{hf}mlp.", blk, "")
        return
    add(writer, f"{blk}exp_probs_b.bias", state[f"{hf}mlp.gate.e_score_correction_bias"])
    add_experts(writer, state, hf, blk)
    add_mlp(writer, state, f"{hf}mlp.shared_experts.", blk, "_shexp")


VARIANTS: Variants = {
    "deepseek split": tiny_deepseek,
    "deepseek joint": lambda path: tiny_deepseek(path, split=False),
    "deepseek without q latents": lambda path: tiny_deepseek(path, q_latent=None, tied=True),
    "deepseek yarn": lambda path: tiny_deepseek(path, yarn=True),
}
