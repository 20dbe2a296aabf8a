# SPDX-License-Identifier: Apache-2.0
"""What the writers of all small models share: the file's start, its end, and common tensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import torch
from tokenizers.pre_tokenizers import ByteLevel

VOCABULARY = 320
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

State = dict[str, torch.Tensor]


@dataclass
class Tiny:
    """A model file, and the same model in `transformers`."""

    path: Path
    reference: Any

    def logits(self, tokens: list[int]) -> torch.Tensor:
        """Return the reference's logits [T, V]."""
        with torch.no_grad():
            return self.reference(torch.tensor([tokens])).logits[0]


Variants = dict[str, Callable[[Path], Tiny]]


def scaled(model: Any) -> Any:
    """Make the random weights five times as large, norms, biases and sinks varied."""
    with torch.no_grad():
        for name, values in [*model.named_parameters(), *model.named_buffers()]:
            if "norm" in name:
                values.add_(torch.randn_like(values) * 0.1)
            elif "e_score_correction_bias" in name:
                values.add_(torch.randn_like(values) * 0.05)
            elif name.endswith(("bias", "sinks")):
                values.copy_(torch.randn_like(values) * 0.3)
            elif values.ndim > 1:
                values.mul_(5)
    for name, module in model.named_modules():
        if name.endswith(("q_a_layernorm", "kv_a_layernorm")):  # GGUF has one epsilon for all
            module.variance_epsilon = model.config.rms_norm_eps
    return model.eval()


def start(path: Path, architecture: str, c: Any, *, nextn: int = 0) -> gguf.GGUFWriter:
    """Begin a file. nextn: layers after the last that predict further tokens."""
    writer = gguf.GGUFWriter(path, architecture)
    # llama.cpp asks for the tokens of the real Phi 3 in files that are called so.
    writer.add_name("tiny" if architecture == "phi3" else f"tiny {architecture}")
    writer.add_context_length(c.max_position_embeddings)
    writer.add_embedding_length(c.hidden_size)
    writer.add_block_count(c.num_hidden_layers + nextn)
    if nextn:
        writer.add_nextn_predict_layers(nextn)
    # Llama 4 has the width of its experts under the plain name.
    writer.add_feed_forward_length(getattr(c, "intermediate_size_mlp", c.intermediate_size))
    writer.add_head_count(c.num_attention_heads)
    writer.add_layer_norm_rms_eps(c.rms_norm_eps)
    rope = c.rope_parameters.get("full_attention", c.rope_parameters)
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_vocab_size(VOCABULARY)
    add_tokenizer(writer)
    return writer


def add_tokenizer(
    writer: gguf.GGUFWriter, *, template: str | list[dict[str, str]] = CHAT_TEMPLATE
) -> None:
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


def interleaved(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Return the rows of each head with rotary pairs side by side, as GGUF has them for Llama."""
    halves = rows.view(heads, 2, rows.shape[0] // heads // 2, -1)
    return halves.transpose(1, 2).reshape(rows.shape)


def add(
    writer: gguf.GGUFWriter,
    name: str,
    values: torch.Tensor,
    kind: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F32,
) -> None:
    array = values.detach().to(torch.float32).contiguous().numpy()
    writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)


def add_common(writer: gguf.GGUFWriter, state: State, hf: str, blk: str) -> None:
    add(writer, f"{blk}attn_norm.weight", state[f"{hf}input_layernorm.weight"])
    add(writer, f"{blk}ffn_norm.weight", state[f"{hf}post_attention_layernorm.weight"])
    add(writer, f"{blk}attn_output.weight", state[f"{hf}self_attn.o_proj.weight"])


def add_heads(writer: gguf.GGUFWriter, c: Any, size: int) -> None:
    """Write the heads of a model whose configuration gives their size."""
    writer.add_head_count_kv(c.num_key_value_heads)
    writer.add_key_length(size)
    writer.add_value_length(size)


def add_attention(
    writer: gguf.GGUFWriter, state: State, hf: str, blk: str, *, pairs: tuple[int, int] = (0, 0)
) -> None:
    """Write queries, keys and values, with the biases and norms that the model has.

    pairs: heads of queries and keys whose rotary pairs the file has side by side.
    """
    attention = f"{hf}self_attn."
    for name, heads in zip("qkv", (*pairs, 0), strict=True):
        for kind in ("weight", "bias"):
            if (values := state.get(f"{attention}{name}_proj.{kind}")) is not None:
                turned = interleaved(values, heads) if heads else values
                add(writer, f"{blk}attn_{name}.{kind}", turned)
    for name in ("q_norm", "k_norm"):
        if (values := state.get(f"{attention}{name}.weight")) is not None:
            add(writer, f"{blk}attn_{name}.weight", values)


def add_yarn(writer: gguf.GGUFWriter, rope: dict[str, Any]) -> None:
    """Write what a configuration says about YaRN."""
    if rope["rope_type"] != "yarn":
        return
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    writer.add_rope_scaling_factor(rope["factor"])
    writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    writer.add_rope_scaling_yarn_beta_fast(rope["beta_fast"])
    writer.add_rope_scaling_yarn_beta_slow(rope["beta_slow"])


def add_nextn(writer: gguf.GGUFWriter, layer: int, width: int, *others: str) -> None:
    """Write a layer that predicts further tokens: the last one's tensors and some more, all NaN.

    others: the norms that such layers have in one architecture only.
    """
    norms = ("nextn.enorm", "nextn.hnorm", "nextn.shared_head_norm", *others)
    shapes = dict.fromkeys(norms, (width,))
    for name, shape in {**shapes, "nextn.eh_proj": (width, 2 * width)}.items():
        add(writer, f"blk.{layer}.{name}.weight", torch.full(shape, torch.nan))
    last = f"blk.{layer - 1}."
    for name, info in list(writer.tensors[0].items()):
        if name.startswith(last):
            values = torch.full(tuple(info.shape), torch.nan)
            add(writer, f"blk.{layer}.{name.removeprefix(last)}", values)


def add_mlp(writer: gguf.GGUFWriter, state: State, hf: str, blk: str, suffix: str) -> None:
    for name in ("gate", "up", "down"):
        add(writer, f"{blk}ffn_{name}{suffix}.weight", state[f"{hf}{name}_proj.weight"])


def add_experts(
    writer: gguf.GGUFWriter, state: State, hf: str, blk: str, *, router: str = "gate"
) -> None:
    add(writer, f"{blk}ffn_gate_inp.weight", state[f"{hf}mlp.{router}.weight"])
    gate, up = state[f"{hf}mlp.experts.gate_up_proj"].chunk(2, 1)
    add(writer, f"{blk}ffn_gate_exps.weight", gate)
    add(writer, f"{blk}ffn_up_exps.weight", up)
    add(writer, f"{blk}ffn_down_exps.weight", state[f"{hf}mlp.experts.down_proj"])


def finish(writer: gguf.GGUFWriter, state: State, *, tied: bool) -> None:
    add(writer, "token_embd.weight", state["model.embed_tokens.weight"])
    add(writer, "output_norm.weight", state["model.norm.weight"])
    if not tied:
        add(writer, "output.weight", state["lm_head.weight"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
