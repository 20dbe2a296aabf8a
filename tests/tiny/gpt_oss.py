# SPDX-License-Identifier: Apache-2.0
"""A small gpt-oss: sinks, windows, YaRN, biases everywhere, clamped experts."""

from __future__ import annotations

from pathlib import Path

import gguf
import torch
from gguf import GGMLQuantizationType as Kind
from transformers import GptOssConfig, GptOssForCausalLM

from tests.tiny.shared import VOCABULARY, State, Tiny, Variants, add, finish, scaled, start


def tiny_gpt_oss(path: Path, *, yarn: bool = True, experts: Kind = Kind.F32) -> Tiny:
    """Write a gpt-oss of three layers, whose first and last have a window of 20.

    experts: the type of their matrices, to whose values those of the model are rounded.
    """
    rope = {"rope_type": "default", "rope_theta": 5000.0}
    if yarn:
        rope |= {"rope_type": "yarn", "factor": 16.0, "original_max_position_embeddings": 32}
        rope |= {"beta_fast": 4.0, "beta_slow": 1.0, "truncate": False}
    config = GptOssConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=24,
        num_local_experts=8,
        num_experts_per_tok=3,
        sliding_window=20,
        max_position_embeddings=512,
        rope_parameters=rope,
    )
    torch.manual_seed(5)
    model = scaled(GptOssForCausalLM(config))
    with torch.no_grad():  # so that some of what goes into the gates is clamped
        for layer in model.model.layers:
            layer.mlp.experts.gate_up_proj_bias.mul_(20)
            for matrices in (layer.mlp.experts.gate_up_proj, layer.mlp.experts.down_proj):
                matrices.copy_(_rounded(matrices.transpose(1, 2), experts).transpose(1, 2))
    writer = start(path, "gpt-oss", config)
    writer.add_head_count_kv(2)
    writer.add_key_length(24)
    writer.add_value_length(24)
    writer.add_sliding_window(20)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    if yarn:
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(16.0)
        writer.add_rope_scaling_orig_ctx_len(32)
        writer.add_rope_scaling_yarn_beta_fast(4.0)
        writer.add_rope_scaling_yarn_beta_slow(1.0)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        _layer(writer, state, f"model.layers.{i}.", f"blk.{i}.", experts)
    finish(writer, state, tied=False)
    return Tiny(path, model)


def _rounded(values: torch.Tensor, kind: Kind) -> torch.Tensor:
    blocks = gguf.quants.quantize(values.contiguous().numpy(), kind)
    return torch.tensor(gguf.quants.dequantize(blocks, kind))


def _layer(writer: gguf.GGUFWriter, state: State, hf: str, blk: str, experts: Kind) -> None:
    add(writer, f"{blk}attn_norm.weight", state[f"{hf}input_layernorm.weight"])
    add(writer, f"{blk}post_attention_norm.weight", state[f"{hf}post_attention_layernorm.weight"])
    add(writer, f"{blk}attn_sinks.weight", state[f"{hf}self_attn.sinks"])
    for kind in ("weight", "bias"):
        for name in ("q", "k", "v"):
            add(writer, f"{blk}attn_{name}.{kind}", state[f"{hf}self_attn.{name}_proj.{kind}"])
        add(writer, f"{blk}attn_output.{kind}", state[f"{hf}self_attn.o_proj.{kind}"])
        add(writer, f"{blk}ffn_gate_inp.{kind}", state[f"{hf}mlp.router.{kind}"])
    both = state[f"{hf}mlp.experts.gate_up_proj"].transpose(1, 2)
    biases = state[f"{hf}mlp.experts.gate_up_proj_bias"]
    for first, name in enumerate(("gate", "up")):  # their rows alternate
        add(writer, f"{blk}ffn_{name}_exps.weight", both[:, first::2], experts)
        add(writer, f"{blk}ffn_{name}_exps.bias", biases[:, first::2])
    down = state[f"{hf}mlp.experts.down_proj"].transpose(1, 2)
    add(writer, f"{blk}ffn_down_exps.weight", down, experts)
    add(writer, f"{blk}ffn_down_exps.bias", state[f"{hf}mlp.experts.down_proj_bias"])


VARIANTS: Variants = {
    "gpt-oss": tiny_gpt_oss,
    "gpt-oss without scaling": lambda path: tiny_gpt_oss(path, yarn=False),
}
