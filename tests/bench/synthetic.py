# SPDX-License-Identifier: Apache-2.0
"""Writes the models as GGUF files that KTDesk and llama.cpp load, and keeps them."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
from gguf import ExpertGatingFuncType, GGUFWriter, LlamaFileType
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

from ktdesk.errors import KTDeskError, format_bytes
from ktdesk.settings.folders import data_folder
from tests.bench.attention import LatentAttention
from tests.bench.blocks import Random, random_blocks
from tests.bench.shapes import VOCABULARY, Shape, Tensor, tensors
from tests.bench.vocabulary import write_vocabulary

FORMAT = 2  # of the files: raise it when what is written here changes
CONTEXT_TOKENS = 163840
_SPARE_BYTES = 1 << 30  # of the disk, left to others


def model_file(shape: Shape) -> Path:
    """Return the path of a model's file, written if it is not there yet.

    Raises KTDeskError if the disk has no room for it, or does not take it.
    """
    path = data_folder() / "bench" / f"{shape.name}-format{FORMAT}.gguf"
    if path.is_file():
        return path
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_room(shape, path.parent)
        write_model(shape, part)
        part.replace(path)
    except OSError as error:
        raise KTDeskError(
            f"{shape.title}: the file {path} cannot be written: {error.strerror}.",
            hint="Set KTDESK_HOME to a folder that you may write to, on a disk with room.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return path


def model_bytes(shape: Shape) -> int:
    """Return the size of a model's weights."""
    return sum(tensor.size_bytes for tensor in tensors(shape))


def write_model(shape: Shape, path: Path) -> None:
    """Write a model file; the same bytes for the same shape."""
    writer = GGUFWriter(path, shape.attention.architecture)
    _describe(writer, shape)
    write_vocabulary(writer, VOCABULARY)
    todo = tensors(shape)
    for tensor in todo:
        announce(writer, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.Generator(np.random.SFC64(1))
    for tensor in todo:
        writer.write_tensor_data(_values(random, tensor))
    writer.close()


def _check_room(shape: Shape, folder: Path) -> None:
    free, needed = shutil.disk_usage(folder).free, model_bytes(shape) + _SPARE_BYTES
    if free < needed:
        raise KTDeskError(
            f"{shape.title}: the disk of {folder} has {format_bytes(free)} free, the model needs "
            f"{format_bytes(needed)}.",
            hint="Free some space, or set KTDESK_HOME to a folder on another disk.",
        )


def announce(writer: GGUFWriter, tensor: Tensor) -> None:
    """Put a tensor into a file's table."""
    kind, sizes = np.dtype(np.float32), tensor.shape
    if tensor.type != GGMLQuantizationType.F32:
        block, block_bytes = GGML_QUANT_SIZES[tensor.type]
        kind, sizes = np.dtype(np.uint8), (*sizes[:-1], sizes[-1] // block * block_bytes)
    writer.add_tensor_info(tensor.name, sizes, kind, tensor.size_bytes, tensor.type)


def _values(random: Random, tensor: Tensor) -> np.ndarray:
    """Return a tensor's bytes. Products keep the size of what they multiply."""
    name, columns = tensor.name, tensor.shape[-1]
    if name.endswith("attn_q_norm.weight"):
        # Sharp attention keeps tokens apart: means over many would be alike, and so the experts.
        return np.full(tensor.shape, 3, np.float32)
    if name.endswith("norm.weight"):
        return np.ones(tensor.shape, np.float32)
    if name.endswith(".bias"):
        return random.standard_normal(tensor.shape, np.float32) * np.float32(0.01)
    if name.endswith("gate_inp.weight"):
        return random.standard_normal(tensor.shape, np.float32) / np.float32(math.sqrt(columns))
    # Embeddings are as large as what the layers add to them: tokens stay apart, and so their
    # experts differ.
    deviation = 1.0 if name.startswith("token_embd") else 1 / math.sqrt(columns)
    return random_blocks(random, tensor.type, math.prod(tensor.shape), deviation)


def _describe(writer: GGUFWriter, shape: Shape) -> None:
    writer.add_type("model")
    writer.add_name(f"{shape.title}, random weights")
    writer.add_file_type(LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_quantization_version(2)
    writer.add_block_count(shape.layers)
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.dense_width)
    writer.add_vocab_size(VOCABULARY)
    writer.add_layer_norm_rms_eps(1e-6)
    shape.attention.describe(writer)
    _describe_experts(writer, shape)


def _describe_experts(writer: GGUFWriter, shape: Shape) -> None:
    writer.add_expert_feed_forward_length(shape.expert_width)
    writer.add_expert_count(shape.experts)
    writer.add_expert_used_count(shape.experts_used)
    if not isinstance(shape.attention, LatentAttention):
        return  # the architecture says the rest
    gating = ExpertGatingFuncType.SIGMOID if shape.sigmoid else ExpertGatingFuncType.SOFTMAX
    writer.add_leading_dense_block_count(shape.dense_layers)
    writer.add_expert_shared_count(shape.shared_experts)
    writer.add_expert_weights_scale(shape.scale)
    writer.add_expert_weights_norm(shape.normalize)
    writer.add_expert_gating_func(gating)
    if shape.groups > 1:
        writer.add_expert_group_count(shape.groups)
        writer.add_expert_group_used_count(shape.groups_used)
