# SPDX-License-Identifier: Apache-2.0
"""A small Llama 4: chunks, layers that do not turn, temperature, experts in every other layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import Llama4ForCausalLM, Llama4TextConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add,
    add_common,
    add_mlp,
    finish,
    scaled,
    start,
)

META = 8192  # the chunk of Meta's models, which files do not give


def tiny_llama4(
    path: Path,
    *,
    experts: int = 8,
    used: int = 1,
    period: int = 1,
    stretched: bool = False,
    chunk: int = 32,
    tied: bool = False,
) -> Tiny:
    """Write a Llama 4 of five layers. period: every so many layers have experts."""
    length, scale = (chunk // 2, 0.3) if chunk < META else (chunk, 0.1)
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": 5000.0}
    if stretched:
        rope |= {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 32}
        rope |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
    config = Llama4TextConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=64,
        intermediate_size_mlp=160,
        num_hidden_layers=5,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=24,
        num_local_experts=experts,
        num_experts_per_tok=used,
        interleave_moe_layer_step=period,
        use_qk_norm=experts != 128,
        attention_chunk_size=chunk,
        floor_scale=length,
        attn_scale=scale,
        max_position_embeddings=512,
        rope_parameters=rope,
        tie_word_embeddings=tied,
        pad_token_id=None,
    )
    torch.manual_seed(9)
    model = scaled(Llama4ForCausalLM(config))
    writer = start(path, "llama4", config)
    writer.add_head_count_kv(2)
    writer.add_key_length(24)
    writer.add_value_length(24)
    writer.add_rope_dimension_count(24)
    if chunk < META:
        writer.add_sliding_window(chunk)
        writer.add_attn_temperature_length(length)
        writer.add_attn_temperature_scale(scale)
    writer.add_interleave_moe_layer_step(period)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_count(experts)
    writer.add_expert_used_count(used)
    if stretched:
        slowed, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
        plain = 5000.0 ** (-torch.arange(0, 24, 2) / 24)
        add(writer, "rope_freqs.weight", plain / slowed)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        for name in ("q", "k", "v"):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}_proj.weight"])
        add_common(writer, state, hf, blk)
        ffn = f"{hf}feed_forward."
        if (i + 1) % period:
            add_mlp(writer, state, ffn, blk, "")
            continue
        add(writer, f"{blk}ffn_gate_inp.weight", state[f"{ffn}router.weight"])
        gate, up = state[f"{ffn}experts.gate_up_proj"].transpose(1, 2).chunk(2, 1)
        add(writer, f"{blk}ffn_gate_exps.weight", gate)
        add(writer, f"{blk}ffn_up_exps.weight", up)
        down = state[f"{ffn}experts.down_proj"].transpose(1, 2)
        add(writer, f"{blk}ffn_down_exps.weight", down)
        add_mlp(writer, state, f"{ffn}shared_expert.", blk, "_shexp")
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "llama4": tiny_llama4,
    "llama4 with Meta's numbers": lambda path: tiny_llama4(path, chunk=META),
    "llama4 beyond its original context": lambda path: tiny_llama4(path, stretched=True),
    "llama4 like Maverick": lambda path: tiny_llama4(path, experts=128, period=2, tied=True),
}
