# SPDX-License-Identifier: Apache-2.0
"""A model's file with its weights in another type, so that two engines can be compared with it.

In float32 they can be compared exactly. Engines round activations to 8 bits before they meet
quantised weights, each in its own way. Over thirty layers that decorrelates: leads of half a logit
turn, and greedy texts part within ten tokens, although both are right. In float32 nothing is
rounded, and texts must be equal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from gguf import (
    GGMLQuantizationType,
    GGUFReader,
    GGUFValueType,
    GGUFWriter,
    ReaderTensor,
)
from gguf.quants import dequantize, quantize

_WRITTEN_BY_THE_WRITER = {"general.architecture", "general.file_type", "general.alignment"}
_COLUMNS = 32  # of a block


def write_exact(source: Path, target: Path) -> Path:
    """Write `source` with dequantised weights to `target`; return `target`."""
    return _write(source, target, lambda tensor: GGMLQuantizationType.F32)


def write_quantised(
    source: Path,
    target: Path,
    kind: GGMLQuantizationType,
    *,
    prefix: str = "",
    alignment: int = 32,
    tensors_per_file: int = 0,
) -> Path:
    """Write `source` to `target` with those weights in `kind` that files have quantised.

    These are matrices to multiply by whose rows are whole blocks, but not those of routers, and
    only those whose names begin with `prefix`.
    kind: a type of blocks of 32. tensors_per_file: 0 is one file. Returns `target`.
    """

    def chosen(tensor: ReaderTensor) -> GGMLQuantizationType:
        is_matrix = tensor.name.endswith(".weight") and len(tensor.shape) > 1
        is_matrix = is_matrix and tensor.name.startswith(prefix)
        if is_matrix and "_inp" not in tensor.name and tensor.shape[0] % _COLUMNS == 0:
            return kind
        return tensor.tensor_type

    return _write(source, target, chosen, alignment, tensors_per_file)


def _write(
    source: Path,
    target: Path,
    chosen: Callable[[ReaderTensor], GGMLQuantizationType],
    alignment: int = 32,
    tensors_per_file: int = 0,
) -> Path:
    reader = GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = GGUFWriter(target, architecture, split_max_tensors=tensors_per_file)
    writer.add_custom_alignment(alignment)
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in _WRITTEN_BY_THE_WRITER:
            inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
            writer.add_key_value(key, field.contents(), field.types[0], inner)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, _values(tensor, chosen(tensor)), raw_dtype=chosen(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def _values(tensor: ReaderTensor, kind: GGMLQuantizationType) -> np.ndarray:
    """Return the rows of a tensor in another type, as the writer takes them."""
    if kind == tensor.tensor_type:
        return tensor.data
    values = dequantize(tensor.data, tensor.tensor_type)
    with np.errstate(invalid="ignore"):  # layers that nobody may read are full of NaN
        return quantize(values.reshape(tuple(reversed(tensor.shape.tolist()))), kind)
