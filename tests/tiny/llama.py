# SPDX-License-Identifier: Apache-2.0
"""A small Llama: grouped queries, dense feed-forward parts."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add,
    add_common,
    add_mlp,
    finish,
    interleaved,
    scaled,
    start,
)


def tiny_llama(path: Path, *, tied: bool = False, head_size: int = 24) -> Tiny:
    """Write a Llama of three layers with odd sizes and grouped queries."""
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=head_size,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=tied,
    )
    torch.manual_seed(1)
    model = scaled(LlamaForCausalLM(config))
    writer = start(path, "llama", config)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    writer.add_rope_dimension_count(head_size)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        for name, heads in (("q", 6), ("k", 2)):
            rows = state[f"{hf}self_attn.{name}_proj.weight"]
            add(writer, f"{blk}attn_{name}.weight", interleaved(rows, heads))
        add(writer, f"{blk}attn_v.weight", state[f"{hf}self_attn.v_proj.weight"])
        add_common(writer, state, hf, blk)
        add_mlp(writer, state, f"{hf}mlp.", blk, "")
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "llama": tiny_llama,
    "llama tied": lambda path: tiny_llama(path, tied=True, head_size=16),
}
