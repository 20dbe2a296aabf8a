# SPDX-License-Identifier: Apache-2.0
"""Writes the demo model's DeepSeek form as a GGUF file, with the keys that llama.cpp expects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gguf import ExpertGatingFuncType, GGUFValueType, GGUFWriter, LlamaFileType

from ktdesk.formats.gguf import Checkpoint
from ktdesk.library import surgery
from ktdesk.library.surgery import EXPERT_WIDTH, EXPERTS, HEAD_SIZE, NOPE, ROPE, WIDTH


def write_deepseek(llama: Checkpoint, target: Path, progress: Callable[[float], None]) -> None:
    """Write the DeepSeek form of `llama` to `target`; progress gets the share that is done."""
    writer = GGUFWriter(target, "deepseek2")
    _describe(writer)
    _numbers(writer, llama)
    _tokenizer(writer, llama)
    for done, tensor in enumerate(surgery.tensors(llama)):
        writer.add_tensor(tensor.name, tensor.values, raw_dtype=tensor.type)
        progress(0.9 * done / surgery.TENSORS)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: GGUFWriter) -> None:
    writer.add_type("model")
    writer.add_name("SmolLM2 135M Instruct (DeepSeek MoE)")
    writer.add_description(
        "SmolLM2-135M-Instruct in the architecture of DeepSeek-V3: latent attention, shared and "
        "routed experts. Made by KTDesk by rearranging its weights, without training."
    )
    writer.add_license("apache-2.0")
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(2)


def _numbers(writer: GGUFWriter, llama: Checkpoint) -> None:
    writer.add_context_length(llama.get("llama.context_length", int))
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(surgery.LAYERS)
    writer.add_feed_forward_length(surgery.FFN_WIDTH)
    writer.add_vocab_size(llama.get("llama.vocab_size", int))
    writer.add_head_count(surgery.HEADS)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(llama.get("llama.attention.layer_norm_rms_epsilon", float))
    writer.add_rope_freq_base(surgery.rope_base(llama.get("llama.rope.freq_base", float)))
    writer.add_rope_dimension_count(ROPE)
    writer.add_q_lora_rank(WIDTH)
    writer.add_kv_lora_rank(WIDTH)
    writer.add_key_length(WIDTH + ROPE)
    writer.add_value_length(WIDTH)
    writer.add_key_length_mla(NOPE + ROPE)
    writer.add_value_length_mla(HEAD_SIZE)
    writer.add_leading_dense_block_count(1)
    writer.add_expert_feed_forward_length(EXPERT_WIDTH)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(EXPERTS)
    writer.add_expert_shared_count(surgery.SHARED_WIDTH // EXPERT_WIDTH)
    writer.add_expert_weights_scale(float(EXPERTS))
    writer.add_expert_weights_norm(True)
    writer.add_expert_gating_func(ExpertGatingFuncType.SIGMOID)


def _tokenizer(writer: GGUFWriter, llama: Checkpoint) -> None:
    """Copy the vocabulary, merges, special tokens and chat template."""
    kinds: dict[type, GGUFValueType] = {
        bool: GGUFValueType.BOOL,
        int: GGUFValueType.UINT32,
        str: GGUFValueType.STRING,
        list: GGUFValueType.ARRAY,
    }
    for key, value in llama.metadata.items():
        if key.startswith("tokenizer."):
            kind: Any = kinds[type(value)]
            writer.add_key_value(key, value, kind)
