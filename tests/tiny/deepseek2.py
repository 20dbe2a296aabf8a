# SPDX-License-Identifier: Apache-2.0
"""Small models of DeepSeek's shape: latent attention, a dense first layer, shared experts.

V2 has softmax routing, the best groups by their best expert, and weights as they come; V3 sigmoids
with a bias, groups by their two best, and normalised weights. Kimi-K2 and Moonlight are V3 without
groups.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import torch
from transformers import (
    DeepseekV2Config,
    DeepseekV2ForCausalLM,
    DeepseekV3Config,
    DeepseekV3ForCausalLM,
)

from tests.tiny.shared import (
    VOCABULARY,
    State,
    Tiny,
    Variants,
    add,
    add_common,
    add_experts,
    add_mlp,
    add_nextn,
    add_yarn,
    finish,
    scaled,
    start,
)

PLAIN: dict[str, Any] = {"rope_type": "default", "rope_theta": 5000.0}
YARN: dict[str, Any] = {
    "rope_type": "yarn",
    "rope_theta": 5000.0,
    "factor": 16.0,
    "original_max_position_embeddings": 32,
    "beta_fast": 32.0,
    "beta_slow": 1.0,
    "mscale": 1.0,
    "mscale_all_dim": 1.0,
}
NUMBERS: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 96,
    "intermediate_size": 160,
    "moe_intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "n_shared_experts": 2,
    "n_routed_experts": 8,
    "num_experts_per_tok": 3,
    "n_group": 4,
    "topk_group": 2,
    "routed_scaling_factor": 2.5,
    "q_lora_rank": 40,
    "kv_lora_rank": 48,
    "qk_nope_head_dim": 24,
    "qk_rope_head_dim": 16,
    "v_head_dim": 20,
    "first_k_dense_replace": 1,
    "max_position_embeddings": 512,
    "rms_norm_eps": 1e-6,
    "rope_parameters": PLAIN,
}
ONE_GROUP = {"n_group": 1, "topk_group": 1}


def tiny_deepseek(
    path: Path,
    *,
    split: bool = True,
    nextn: int = 0,
    says_gating: bool = True,
    **changes: Any,
) -> Tiny:
    """Write a V3 of three layers. changes: of its configuration.

    split: as files for absorbed matrices have them. nextn: layers that predict further tokens.
    says_gating: whether the file says that routing is by sigmoids.
    """
    config = DeepseekV3Config(norm_topk_prob=True, rope_interleave=True, **(NUMBERS | changes))
    torch.manual_seed(2)
    model = scaled(DeepseekV3ForCausalLM(config))
    writer = start(path, "deepseek2", config, nextn=nextn)
    writer.add_expert_weights_norm(True)
    if says_gating:
        writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    return _finish(writer, path, model, split=split, nextn=nextn)


def tiny_deepseek_v2(path: Path, *, split: bool = True, **changes: Any) -> Tiny:
    """Write a V2 of three layers. changes: of its configuration."""
    config = DeepseekV2Config(**(NUMBERS | {"topk_method": "group_limited_greedy"} | changes))
    torch.manual_seed(15)
    model = scaled(DeepseekV2ForCausalLM(config))
    return _finish(start(path, "deepseek2", config), path, model, split=split)


def _finish(
    writer: gguf.GGUFWriter, path: Path, model: Any, *, split: bool, nextn: int = 0
) -> Tiny:
    config, state = model.config, model.state_dict()
    _deepseek_numbers(writer, config, split=split)
    for i in range(config.num_hidden_layers):
        _deepseek_layer(writer, state, config, i, split=split)
    for i in range(nextn):
        add_nextn(writer, config.num_hidden_layers + i, config.hidden_size)
    finish(writer, state, tied=config.tie_word_embeddings)
    return Tiny(path, model)


def _deepseek_numbers(writer: gguf.GGUFWriter, c: Any, *, split: bool) -> None:
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
    rope = c.rope_parameters
    add_yarn(writer, rope)
    if "mscale_all_dim" in rope:
        writer.add_rope_scaling_yarn_log_mul(0.1 * rope["mscale_all_dim"])
    writer.add_leading_dense_block_count(c.first_k_dense_replace)
    writer.add_expert_feed_forward_length(c.moe_intermediate_size)
    writer.add_expert_count(c.n_routed_experts)
    writer.add_expert_used_count(c.num_experts_per_tok)
    writer.add_expert_shared_count(c.n_shared_experts)
    writer.add_expert_group_count(c.n_group)
    writer.add_expert_group_used_count(c.topk_group)
    writer.add_expert_weights_scale(c.routed_scaling_factor)


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
    if (bias := state.get(f"{hf}mlp.gate.e_score_correction_bias")) is not None:
        add(writer, f"{blk}exp_probs_b.bias", bias)
    add_experts(writer, state, hf, blk)
    add_mlp(writer, state, f"{hf}mlp.shared_experts.", blk, "_shexp")


VARIANTS: Variants = {
    "deepseek split": tiny_deepseek,
    "deepseek joint": lambda path: tiny_deepseek(path, split=False),
    "deepseek without q latents": lambda path: tiny_deepseek(
        path, q_lora_rank=None, tie_word_embeddings=True
    ),
    "deepseek yarn": lambda path: tiny_deepseek(path, rope_parameters=YARN),
    "deepseek nextn": lambda path: tiny_deepseek(path, nextn=1, says_gating=False),
    "deepseek v2": tiny_deepseek_v2,
    "deepseek v2-lite": lambda path: tiny_deepseek_v2(
        path, split=False, q_lora_rank=None, topk_method="greedy", **ONE_GROUP
    ),
    "deepseek v2 yarn": lambda path: tiny_deepseek_v2(
        path,
        rope_parameters=YARN | {"mscale": 0.707, "mscale_all_dim": 0.707},
        topk_method="greedy",
        **ONE_GROUP,
    ),
    "kimi-k2": lambda path: tiny_deepseek(
        path, rope_parameters=YARN | {"beta_fast": 1.0}, **ONE_GROUP
    ),
    "moonlight": lambda path: tiny_deepseek(path, q_lora_rank=None, **ONE_GROUP),
}
