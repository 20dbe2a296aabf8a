# SPDX-License-Identifier: Apache-2.0
"""Small Granites, dense and with experts: scales of embeddings, attention, residuals and logits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import torch
from transformers import (
    GraniteConfig,
    GraniteForCausalLM,
    GraniteMoeSharedConfig,
    GraniteMoeSharedForCausalLM,
)

from tests.tiny.shared import (
    VOCABULARY,
    Tiny,
    Variants,
    add,
    add_attention,
    add_common,
    add_mlp,
    finish,
    scaled,
    start,
)

NUMBERS: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "embedding_multiplier": 3.0,
    "attention_multiplier": 0.1,
    "residual_multiplier": 0.3,
    "logits_scaling": 6.0,
    "max_position_embeddings": 512,
    "rms_norm_eps": 1e-5,
    "rope_parameters": {"rope_type": "default", "rope_theta": 5000.0},
}


def tiny_granite(path: Path) -> Tiny:
    """Write a dense Granite of three layers, its head the embedding."""
    config = GraniteConfig(intermediate_size=160, tie_word_embeddings=True, **NUMBERS)
    torch.manual_seed(11)
    model = scaled(GraniteForCausalLM(config))
    state = model.state_dict()
    writer = _start(path, "granite", config)
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk, pairs=(6, 2))
        add_common(writer, state, hf, blk)
        add_mlp(writer, state, f"{hf}mlp.", blk, "")
    finish(writer, state, tied=True)
    return Tiny(path, model)


def tiny_granitemoe(path: Path, *, shared: bool = True) -> Tiny:
    """Write a Granite of three layers with experts, perhaps also shared ones."""
    config = GraniteMoeSharedConfig(
        intermediate_size=64,
        shared_intermediate_size=128 if shared else 0,
        num_local_experts=8,
        num_experts_per_tok=3,
        **NUMBERS,
    )
    torch.manual_seed(12)
    model = scaled(GraniteMoeSharedForCausalLM(config))
    state = model.state_dict()
    writer = _start(path, "granitemoe", config)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    if shared:
        writer.add_expert_shared_feed_forward_length(128)
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        add_attention(writer, state, hf, blk, pairs=(6, 2))
        add_common(writer, state, hf, blk)
        moe = f"{hf}block_sparse_moe."
        add(writer, f"{blk}ffn_gate_inp.weight", state[f"{moe}router.weight"])
        raised, lowered = state[f"{moe}experts.gate_up_proj"], state[f"{moe}experts.down_proj"]
        _add_joint(writer, raised, lowered, blk, "exps")
        if shared:
            mlp = f"{hf}shared_mlp."
            raised, lowered = (state[f"{mlp}{n}_linear.weight"] for n in ("input", "output"))
            _add_joint(writer, raised, lowered, blk, "shexp")
    finish(writer, state, tied=False)
    return Tiny(path, model)


def _start(path: Path, architecture: str, c: Any) -> gguf.GGUFWriter:
    writer = start(path, architecture, c)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(16)
    writer.add_embedding_scale(c.embedding_multiplier)
    writer.add_attention_scale(c.attention_multiplier)
    writer.add_residual_scale(c.residual_multiplier)
    writer.add_logit_scale(c.logits_scaling)
    return writer


def _add_joint(
    writer: gguf.GGUFWriter, raised: torch.Tensor, lowered: torch.Tensor, blk: str, suffix: str
) -> None:
    """Write matrices of which the model has gate and up in one."""
    gate, up = raised.chunk(2, -2)
    add(writer, f"{blk}ffn_gate_{suffix}.weight", gate)
    add(writer, f"{blk}ffn_up_{suffix}.weight", up)
    add(writer, f"{blk}ffn_down_{suffix}.weight", lowered)


VARIANTS: Variants = {
    "granite": tiny_granite,
    "granitemoe": lambda path: tiny_granitemoe(path, shared=False),
    "granitemoe shared": tiny_granitemoe,
}
