# SPDX-License-Identifier: Apache-2.0
"""A model's file with its weights in another type: float32 is for exact comparisons.

Engines round activations to 8 bits before they meet quantised weights, each in its own way. Over
thirty layers that decorrelates: leads of half a logit turn, and greedy texts part within ten
tokens, although both are right. In float32 nothing is rounded, and texts must be equal.
"""

from __future__ import annotations

from pathlib import Path

from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize, quantize

_WRITTEN_BY_THE_WRITER = {"general.architecture", "general.file_type"}


def write_exact(source: Path, target: Path) -> Path:
    """Write `source` with dequantised weights to `target`; return `target`."""
    return write_as(source, target, GGMLQuantizationType.F32)


def write_as(source: Path, target: Path, kind: GGMLQuantizationType) -> Path:
    """Write `source` to `target` with matrices of this type, where rows are whole blocks of it.

    All else, and what scores experts, becomes float32, as llama.cpp's quantisation leaves it.
    """
    reader = GGUFReader(source)
    writer = GGUFWriter(target, reader.fields["general.architecture"].contents())
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in _WRITTEN_BY_THE_WRITER:
            inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
            writer.add_key_value(key, field.contents(), field.types[0], inner)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        values = values.reshape(tuple(reversed(tensor.shape.tolist())))
        is_whole = values.ndim > 1 and values.shape[-1] % GGML_QUANT_SIZES[kind][0] == 0
        has_kind = is_whole and "ffn_gate_inp" not in tensor.name
        stored = kind if has_kind else GGMLQuantizationType.F32
        writer.add_tensor(tensor.name, quantize(values, stored), raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
