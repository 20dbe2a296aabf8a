# SPDX-License-Identifier: Apache-2.0
"""A small Gemma 3: windows, angles of two kinds, norms on both sides of each half."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

from tests.tiny.shared import VOCABULARY, State, Tiny, Variants, add, add_mlp, finish, scaled, start

_NORMS = {
    "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
}


def tiny_gemma3(
    path: Path,
    *,
    tied: bool = True,
    factor: float = 8.0,
    window: int | None = 20,
    layers: int = 7,
    scalar: int = 40,
    cap: float | None = None,
) -> Tiny:
    """Write a Gemma 3, whose every sixth layer sees all. A window of None: all of them do.

    scalar: the width whose root divides scores. cap: of the logits.
    """
    far: dict[str, Any] = {"rope_type": "default", "rope_theta": 50000.0}
    if factor != 1:
        far |= {"rope_type": "linear", "factor": factor}
    config = Gemma3TextConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=40,
        query_pre_attn_scalar=scalar,
        final_logit_softcapping=cap,
        sliding_window=window or 512,
        layer_types=None if window else ["full_attention"] * layers,
        max_position_embeddings=512,
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 700.0},
            "full_attention": far,
        },
        tie_word_embeddings=tied,
    )
    torch.manual_seed(6)
    model = scaled(Gemma3ForCausalLM(config))
    writer = start(path, "gemma3", config)
    writer.add_head_count_kv(2)
    writer.add_key_length(40)
    writer.add_value_length(40)
    if cap:
        writer.add_final_logit_softcapping(cap)
    if window:
        writer.add_sliding_window(window)
        writer.add_rope_freq_base_swa(700.0)
    if factor != 1:
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(factor)
    state: State = {  # files have the norms' factors, the model what they are beyond one
        name: values + 1 if name.endswith("norm.weight") else values
        for name, values in model.state_dict().items()
    }
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        for name, layer_norm in _NORMS.items():
            add(writer, f"{blk}{name}.weight", state[f"{hf}{layer_norm}.weight"])
        for name in ("q", "k", "v"):
            add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}_proj.weight"])
        add(writer, f"{blk}attn_output.weight", state[f"{hf}self_attn.o_proj.weight"])
        add_mlp(writer, state, f"{hf}mlp.", blk, "")
    finish(writer, state, tied=tied)
    return Tiny(path, model)


VARIANTS: Variants = {
    "gemma3": tiny_gemma3,
    "gemma3 untied": lambda path: tiny_gemma3(path, tied=False, factor=1.0),
    "gemma3 without windows": lambda path: tiny_gemma3(path, window=None),
}
