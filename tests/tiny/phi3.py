# SPDX-License-Identifier: Apache-2.0
"""A small Phi: tensors in one, LongRoPE, heads that turn in part, windows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from transformers import Phi3Config, Phi3ForCausalLM

from tests.tiny.shared import VOCABULARY, Tiny, Variants, add, add_common, finish, scaled, start

_CONTEXT = 512


def tiny_phi3(
    path: Path, *, original: int = 0, window: int | None = None, tied: bool = False
) -> Tiny:
    """Write a Phi of three layers. original: the context that LongRoPE extends; 0 is none."""
    rope: dict[str, Any] = {"rope_type": "default", "rope_theta": 5000.0}
    if original:
        long, short = ([1 + step * i for i in range(9)] for step in (0.75, 0.125))
        rope |= {"rope_type": "longrope", "long_factor": long, "short_factor": short}
        rope |= {"original_max_position_embeddings": original, "factor": _CONTEXT / original}
        rope |= {"partial_rotary_factor": 0.75}
    config = Phi3Config(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=_CONTEXT,
        original_max_position_embeddings=original or _CONTEXT,
        rope_parameters=rope,
        sliding_window=window,
        tie_word_embeddings=tied,
        pad_token_id=None,
        eos_token_id=2,
    )
    torch.manual_seed(7)
    model = scaled(Phi3ForCausalLM(config))
    writer = start(path, "phi3", config)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(18 if original else 24)
    writer.add_rope_scaling_orig_ctx_len(original or _CONTEXT)
    writer.add_sliding_window(window or 0)
    if original:
        factor = math.sqrt(1 + math.log(_CONTEXT / original) / math.log(original))
        writer.add_rope_scaling_attn_factors(factor)
        add(writer, "rope_factors_long.weight", torch.tensor(rope["long_factor"]))
        add(writer, "rope_factors_short.weight", torch.tensor(rope["short_factor"]))
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add(writer, f"{blk}attn_qkv.weight", state[f"{hf}self_attn.qkv_proj.weight"])
        add_common(writer, state, hf, blk)
        add(writer, f"{blk}ffn_up.weight", state[f"{hf}mlp.gate_up_proj.weight"])
        add(writer, f"{blk}ffn_down.weight", state[f"{hf}mlp.down_proj.weight"])
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "phi3": lambda path: tiny_phi3(path, window=20),
    "phi3 beyond its original context": lambda path: tiny_phi3(path, original=64, tied=True),
    "phi3 within its original context": lambda path: tiny_phi3(path, original=256),
}
