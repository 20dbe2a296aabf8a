# SPDX-License-Identifier: Apache-2.0
"""Writes a model's header as the `gguf` package does, and leaves its weights out: a sparse file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gguf import GGUFWriter
from gguf.constants import GGMLQuantizationType as Type

from tests.bench.shapes import Tensor
from tests.bench.synthetic import announce
from tests.known.models import Gqa, Known, Mla

_ALIGNMENT = 32


def write_header(model: Known, path: Path, *, part_tensors: int = 0) -> Path:
    """Write the file; its data are holes, which take no room on the disk.

    part_tensors: makes several files with so many tensors each; the first is returned.
    """
    writer = GGUFWriter(path, model.architecture, split_max_tensors=part_tensors)
    _describe(writer, model)
    for tensor in tensors(model):
        announce(writer, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    paths = writer.format_shard_names(path)
    for part, infos in zip(paths, writer.tensors, strict=True):
        data = sum(-(-info.nbytes // _ALIGNMENT) * _ALIGNMENT for info in infos.values())
        start = -(-part.stat().st_size // _ALIGNMENT) * _ALIGNMENT
        os.truncate(part, start + data)
    return paths[0]


def tensors(model: Known) -> Iterator[Tensor]:
    """Yield a model's tensors."""
    types = model.types
    vocabulary = model.vocabulary, model.width
    yield Tensor("token_embd.weight", types.head if model.tied else types.usual, vocabulary)
    if not model.tied:
        yield Tensor("output.weight", types.head, vocabulary)
    yield Tensor("output_norm.weight", Type.F32, (model.width,))
    for layer in range(model.layers):
        for tensor in (*_attention(model, layer), *_feed_forward(model, layer)):
            yield Tensor(f"blk.{layer}.{tensor.name}", tensor.type, tensor.shape)


def _attention(model: Known, layer: int) -> Iterator[Tensor]:
    attention, width = model.attention, model.width
    yield Tensor("attn_norm.weight", Type.F32, (width,))
    second = "post_attention_norm" if model.architecture in ("glm4moe", "gpt-oss") else "ffn_norm"
    yield Tensor(f"{second}.weight", Type.F32, (width,))
    if isinstance(attention, Mla):
        yield from _latent_attention(model, attention)
        return
    rows = {"q": attention.heads, "k": attention.kv_heads, "v": attention.kv_heads}
    if attention.fused:
        every = sum(rows.values()) * attention.head_size
        yield Tensor("attn_qkv.weight", model.types.fused, (every, width))
    for name, heads in () if attention.fused else rows.items():
        yield _matrix(model, f"attn_{name}", layer, heads * attention.head_size, width)
    yield _matrix(model, "attn_output", layer, width, attention.heads * attention.head_size)
    sizes = {name: heads * attention.head_size for name, heads in rows.items()} | {"output": width}
    for name in attention.biases:
        yield Tensor(f"attn_{name}.bias", Type.F32, (sizes[name],))
    for name in ("q", "k") if attention.norms else ():
        yield Tensor(f"attn_{name}_norm.weight", Type.F32, (attention.head_size,))
    for name in ("q", "k") if attention.row_norms else ():
        yield Tensor(f"attn_{name}_norm.weight", Type.F32, (sizes[name],))
    if attention.sinks:
        yield Tensor("attn_sinks.weight", Type.F32, (attention.heads,))


def _latent_attention(model: Known, mla: Mla) -> Iterator[Tensor]:
    types, width = model.types, model.width
    q_width = mla.heads * (mla.nope + mla.rope)
    if mla.q_latent:
        yield Tensor("attn_q_a.weight", types.usual, (mla.q_latent, width))
        yield Tensor("attn_q_a_norm.weight", Type.F32, (mla.q_latent,))
        yield Tensor("attn_q_b.weight", types.usual, (q_width, mla.q_latent))
    else:
        yield Tensor("attn_q.weight", types.usual, (q_width, width))
    yield Tensor("attn_kv_a_mqa.weight", types.latents, (mla.latent + mla.rope, width))
    yield Tensor("attn_kv_a_norm.weight", Type.F32, (mla.latent,))
    yield Tensor("attn_k_b.weight", types.latents, (mla.heads, mla.latent, mla.nope))
    yield Tensor("attn_v_b.weight", types.latents, (mla.heads, mla.value, mla.latent))
    yield Tensor("attn_output.weight", types.usual, (width, mla.heads * mla.value))


def _feed_forward(model: Known, layer: int) -> Iterator[Tensor]:
    width = model.width
    sparse = layer - model.dense_layers + 1
    if sparse <= 0 or sparse % model.expert_period:
        yield from _mlp(model, layer, "", (), model.dense_width)
        return
    yield Tensor("ffn_gate_inp.weight", Type.F32, (model.experts, width))
    if model.router_bias:
        yield Tensor(model.router_bias, Type.F32, (model.experts,))
    yield from _mlp(model, layer, "_exps", (model.experts,), model.expert_width)
    if model.expert_biases:
        inner = model.expert_width
        for name, size in (("gate", inner), ("up", inner), ("down", width)):
            yield Tensor(f"ffn_{name}_exps.bias", Type.F32, (model.experts, size))
    if model.shared_gate:
        yield Tensor("ffn_gate_inp_shexp.weight", Type.F32, (width,))
    if model.shared_width:
        yield from _mlp(model, layer, "_shexp", (), model.shared_width)


def _mlp(
    model: Known, layer: int, suffix: str, experts: tuple[int, ...], inner: int
) -> Iterator[Tensor]:
    yield _matrix(model, f"ffn_gate{suffix}", layer, *experts, inner, model.width)
    yield _matrix(model, f"ffn_up{suffix}", layer, *experts, inner, model.width)
    yield _matrix(model, f"ffn_down{suffix}", layer, *experts, model.width, inner)


def _matrix(model: Known, name: str, layer: int, *sizes: int) -> Tensor:
    return Tensor(f"{name}.weight", _type(model, name, layer, sizes[-1]), sizes)


def _type(model: Known, name: str, layer: int, columns: int) -> Type:
    types = model.types
    if model.architecture == "gpt-oss" and "_exps" in name:
        return Type.MXFP4
    is_better = ("ffn_down" in name or name == "attn_v") and _has_more_bits(layer, model.layers)
    if columns % 256:
        return types.small_better if is_better else types.small
    return types.better if is_better else types.usual


def _has_more_bits(layer: int, layers: int) -> bool:
    """Whether a mixed quantisation spends more on a layer: both ends, and every third between."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def _describe(writer: GGUFWriter, model: Known) -> None:
    attention = model.attention
    writer.add_name(model.name)
    writer.add_block_count(model.layers)
    writer.add_context_length(model.context_tokens)
    writer.add_embedding_length(model.width)
    writer.add_feed_forward_length(model.dense_width)
    writer.add_vocab_size(model.vocabulary)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_head_count(attention.heads)
    writer.add_expert_count(model.experts)
    writer.add_expert_used_count(model.experts_used)
    writer.add_expert_feed_forward_length(model.expert_width)
    writer.add_expert_shared_count(model.shared_width // model.expert_width)
    writer.add_leading_dense_block_count(model.dense_layers)
    match attention:
        case Mla():
            writer.add_head_count_kv(1)
            writer.add_q_lora_rank(attention.q_latent)
            writer.add_kv_lora_rank(attention.latent)
            writer.add_key_length(attention.latent + attention.rope)
            writer.add_value_length(attention.latent)
            writer.add_key_length_mla(attention.nope + attention.rope)
            writer.add_value_length_mla(attention.value)
            writer.add_rope_dimension_count(attention.rope)
        case Gqa():
            writer.add_head_count_kv(attention.kv_heads)
            writer.add_key_length(attention.head_size)
            writer.add_value_length(attention.head_size)
            writer.add_rope_dimension_count(attention.head_size)
    for name, value in model.metadata.items():
        key = f"{model.architecture}.{name}"
        if isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        else:
            writer.add_float32(key, value)
