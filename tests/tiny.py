# SPDX-License-Identifier: Apache-2.0
"""Small random models of each architecture: written by `transformers`, laid out as GGUF files.

The tensor names, shapes and metadata keys are those that llama.cpp's converter writes. Random
weights are larger than at the start of a training, since flat logits would hide errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    DeepseekV3Config,
    DeepseekV3ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen3MoeConfig,
    Qwen3MoeForCausalLM,
)

VOCABULARY = 320
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass
class Tiny:
    """A model file, and the same model in `transformers`."""

    path: Path
    reference: Any

    def logits(self, tokens: list[int]) -> torch.Tensor:
        """Return the reference's logits [T, V]."""
        with torch.no_grad():
            return self.reference(torch.tensor([tokens])).logits[0]


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
    model = _scaled(LlamaForCausalLM(config))
    writer = _writer(path, "llama", config)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    writer.add_rope_dimension_count(head_size)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        for name, heads in (("q", 6), ("k", 2)):
            rows = state[f"{hf}self_attn.{name}_proj.weight"]
            _add(writer, f"{blk}attn_{name}.weight", _interleaved(rows, heads))
        _add(writer, f"{blk}attn_v.weight", state[f"{hf}self_attn.v_proj.weight"])
        _add_common(writer, state, hf, blk)
        _add_mlp(writer, state, f"{hf}mlp.", blk, "")
    _finish(writer, state, tied=tied)
    return Tiny(path, model)


def tiny_qwen3moe(path: Path, *, tied: bool = False, head_size: int = 24) -> Tiny:
    """Write a Qwen3 of three layers with experts: normalised heads, grouped queries."""
    config = Qwen3MoeConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=160,
        moe_intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=head_size,
        num_experts=8,
        num_experts_per_tok=3,
        norm_topk_prob=True,
        max_position_embeddings=512,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=tied,
    )
    torch.manual_seed(4)
    model = _scaled(Qwen3MoeForCausalLM(config))
    writer = _writer(path, "qwen3moe", config)
    writer.add_head_count_kv(2)
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    writer.add_expert_feed_forward_length(64)
    writer.add_expert_count(8)
    writer.add_expert_used_count(3)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        hf, blk = f"model.layers.{i}.", f"blk.{i}."
        for name in ("q", "k", "v"):
            _add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}_proj.weight"])
        for name in ("q_norm", "k_norm"):
            _add(writer, f"{blk}attn_{name}.weight", state[f"{hf}self_attn.{name}.weight"])
        _add_common(writer, state, hf, blk)
        _add_experts(writer, state, hf, blk)
    _finish(writer, state, tied=tied)
    return Tiny(path, model)


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
    model = _scaled(DeepseekV3ForCausalLM(config))
    writer = _writer(path, "deepseek2", config)
    _deepseek_numbers(writer, config, split=split, yarn=yarn)
    state = model.state_dict()
    for i in range(config.num_hidden_layers):
        _deepseek_layer(writer, state, config, i, split=split)
    _finish(writer, state, tied=tied)
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
    writer: gguf.GGUFWriter, state: dict[str, torch.Tensor], c: Any, layer: int, *, split: bool
) -> None:
    hf, blk = f"model.layers.{layer}.", f"blk.{layer}."
    attention = f"{hf}self_attn."
    if c.q_lora_rank:
        _add(writer, f"{blk}attn_q_a.weight", state[f"{attention}q_a_proj.weight"])
        _add(writer, f"{blk}attn_q_a_norm.weight", state[f"{attention}q_a_layernorm.weight"])
        _add(writer, f"{blk}attn_q_b.weight", state[f"{attention}q_b_proj.weight"])
    else:
        _add(writer, f"{blk}attn_q.weight", state[f"{attention}q_proj.weight"])
    _add(writer, f"{blk}attn_kv_a_mqa.weight", state[f"{attention}kv_a_proj_with_mqa.weight"])
    _add(writer, f"{blk}attn_kv_a_norm.weight", state[f"{attention}kv_a_layernorm.weight"])
    joint = state[f"{attention}kv_b_proj.weight"]
    if split:
        heads = joint.view(c.num_attention_heads, -1, c.kv_lora_rank)
        key, value = heads.split((c.qk_nope_head_dim, c.v_head_dim), 1)
        _add(writer, f"{blk}attn_k_b.weight", key.transpose(1, 2))
        _add(writer, f"{blk}attn_v_b.weight", value)
    else:
        _add(writer, f"{blk}attn_kv_b.weight", joint)
    _add_common(writer, state, hf, blk)
    if layer < c.first_k_dense_replace:
        _add_mlp(writer, state, f"{hf}mlp.", blk, "")
        return
    _add(writer, f"{blk}exp_probs_b.bias", state[f"{hf}mlp.gate.e_score_correction_bias"])
    _add_experts(writer, state, hf, blk)
    _add_mlp(writer, state, f"{hf}mlp.shared_experts.", blk, "_shexp")


def _scaled(model: Any) -> Any:
    """Make the random weights five times as large, norms and router biases varied."""
    with torch.no_grad():
        for name, values in [*model.named_parameters(), *model.named_buffers()]:
            if "norm" in name:
                values.add_(torch.randn_like(values) * 0.1)
            elif "e_score_correction_bias" in name:
                values.add_(torch.randn_like(values) * 0.05)
            elif values.ndim > 1:
                values.mul_(5)
    for name, module in model.named_modules():
        if name.endswith(("q_a_layernorm", "kv_a_layernorm")):  # GGUF has one epsilon for all
            module.variance_epsilon = model.config.rms_norm_eps
    return model.eval()


def _writer(path: Path, architecture: str, c: Any) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(f"tiny {architecture}")
    writer.add_context_length(c.max_position_embeddings)
    writer.add_embedding_length(c.hidden_size)
    writer.add_block_count(c.num_hidden_layers)
    writer.add_feed_forward_length(c.intermediate_size)
    writer.add_head_count(c.num_attention_heads)
    writer.add_layer_norm_rms_eps(c.rms_norm_eps)
    writer.add_rope_freq_base(c.rope_parameters["rope_theta"])
    writer.add_vocab_size(VOCABULARY)
    add_tokenizer(writer)
    return writer


def add_tokenizer(writer: gguf.GGUFWriter, *, template: str = CHAT_TEMPLATE) -> None:
    """Write a byte-level vocabulary: 256 bytes, one merge, and the marks of a chat."""
    alphabet = sorted(ByteLevel.alphabet())
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *alphabet, "he"]
    kinds = [gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.NORMAL] * (len(tokens) - 3)
    while len(tokens) < VOCABULARY:
        tokens.append(f"<unused{len(tokens)}>")
        kinds.append(gguf.TokenType.UNUSED)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(["h e"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)


def _interleaved(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Return the rows of each head with rotary pairs side by side, as GGUF has them for Llama."""
    halves = rows.view(heads, 2, rows.shape[0] // heads // 2, rows.shape[1])
    return halves.transpose(1, 2).reshape(rows.shape)


def _add(writer: gguf.GGUFWriter, name: str, values: torch.Tensor) -> None:
    writer.add_tensor(
        name, values.detach().to(torch.float32).contiguous().numpy().astype(np.float32)
    )


def _add_common(writer: gguf.GGUFWriter, state: dict[str, torch.Tensor], hf: str, blk: str) -> None:
    _add(writer, f"{blk}attn_norm.weight", state[f"{hf}input_layernorm.weight"])
    _add(writer, f"{blk}ffn_norm.weight", state[f"{hf}post_attention_layernorm.weight"])
    _add(writer, f"{blk}attn_output.weight", state[f"{hf}self_attn.o_proj.weight"])


def _add_mlp(
    writer: gguf.GGUFWriter, state: dict[str, torch.Tensor], hf: str, blk: str, suffix: str
) -> None:
    for name in ("gate", "up", "down"):
        _add(writer, f"{blk}ffn_{name}{suffix}.weight", state[f"{hf}{name}_proj.weight"])


def _add_experts(
    writer: gguf.GGUFWriter, state: dict[str, torch.Tensor], hf: str, blk: str
) -> None:
    _add(writer, f"{blk}ffn_gate_inp.weight", state[f"{hf}mlp.gate.weight"])
    gate, up = state[f"{hf}mlp.experts.gate_up_proj"].chunk(2, 1)
    _add(writer, f"{blk}ffn_gate_exps.weight", gate)
    _add(writer, f"{blk}ffn_up_exps.weight", up)
    _add(writer, f"{blk}ffn_down_exps.weight", state[f"{hf}mlp.experts.down_proj"])


def _finish(writer: gguf.GGUFWriter, state: dict[str, torch.Tensor], *, tied: bool) -> None:
    _add(writer, "token_embd.weight", state["model.embed_tokens.weight"])
    _add(writer, "output_norm.weight", state["model.norm.weight"])
    if not tied:
        _add(writer, "output.weight", state["lm_head.weight"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
