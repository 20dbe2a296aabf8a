# SPDX-License-Identifier: Apache-2.0
"""A model's file with all its weights in float32, so that two engines can be compared exactly.

Engines round activations to 8 bits before they meet quantised weights, each in its own way. Over
thirty layers that decorrelates: leads of half a logit turn, and greedy texts part within ten
tokens, although both are right. In float32 nothing is rounded, and texts must be equal.
"""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize

_WRITTEN_BY_THE_WRITER = {"general.architecture", "general.file_type"}


def write_exact(source: Path, target: Path) -> Path:
    """Write `source` with dequantised weights to `target`; return `target`."""
    reader = GGUFReader(source)
    writer = GGUFWriter(target, reader.fields["general.architecture"].contents())
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in _WRITTEN_BY_THE_WRITER:
            inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
            writer.add_key_value(key, field.contents(), field.types[0], inner)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, values.reshape(tuple(reversed(tensor.shape.tolist()))))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
