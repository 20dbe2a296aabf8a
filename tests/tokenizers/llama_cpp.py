# SPDX-License-Identifier: Apache-2.0
"""Tokens as llama.cpp makes them, by the library in the package `xllamacpp`."""

from __future__ import annotations

import ctypes as c
import importlib.util
from pathlib import Path

import gguf

from tests.tokenizers.metadata import Metadata

_MOST_TOKENS = 1 << 20


class _ModelParameters(c.Structure):
    """`llama_model_params`. Later versions may have more at its end; there is room for it."""

    _fields_ = (
        ("devices", c.c_void_p),
        ("buffer_types", c.c_void_p),
        ("numbers", c.c_int32 * 5),
        ("tensor_split", c.c_void_p),
        ("progress", c.c_void_p * 2),
        ("overrides", c.c_void_p),
        ("vocab_only", c.c_bool),
        ("rest", c.c_char * 255),
    )


class LlamaCpp:
    """The library."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("xllamacpp")
        assert spec is not None, "pip install xllamacpp"
        assert spec.origin is not None
        (path,) = Path(spec.origin).parent.glob("*.so")
        library = self._library = c.CDLL(str(path))
        library.llama_model_default_params.restype = _ModelParameters
        load = library.llama_model_load_from_file
        load.argtypes, load.restype = [c.c_char_p, _ModelParameters], c.c_void_p
        library.llama_model_get_vocab.argtypes = [c.c_void_p]
        library.llama_model_get_vocab.restype = c.c_void_p
        library.llama_model_free.argtypes = [c.c_void_p]
        library.llama_tokenize.argtypes = [
            c.c_void_p, c.c_char_p, c.c_int32, c.POINTER(c.c_int32), c.c_int32, c.c_bool, c.c_bool,
        ]  # fmt: skip
        self._keep_quiet = c.CFUNCTYPE(None, c.c_int, c.c_char_p, c.c_void_p)(lambda *_: None)
        library.llama_log_set(self._keep_quiet, None)

    def encode(self, path: Path, texts: list[str]) -> list[list[int]]:
        """Return the tokens of texts by a file's vocabulary. Raises ValueError if it has none."""
        parameters = self._library.llama_model_default_params()
        parameters.vocab_only = True
        model = self._library.llama_model_load_from_file(str(path).encode(), parameters)
        if not model:
            raise ValueError(f"llama.cpp cannot read {path}")
        vocabulary = self._library.llama_model_get_vocab(model)
        room = (c.c_int32 * _MOST_TOKENS)()
        found = []
        for text in texts:
            data = text.encode()
            count = self._library.llama_tokenize(
                vocabulary, data, len(data), room, _MOST_TOKENS, False, True
            )
            found.append(room[:count])
        self._library.llama_model_free(model)
        return found


def write_vocabulary(path: Path, metadata: Metadata) -> None:
    """Write a model's file that has a vocabulary and nothing else."""
    writer = gguf.GGUFWriter(path, "llama")
    for key, value in metadata.items():
        if isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        elif isinstance(value, str):
            writer.add_string(key, value)
        else:
            writer.add_array(key, value)
    for key in ("context_length", "embedding_length", "block_count", "attention.head_count"):
        writer.add_uint32(f"llama.{key}", 1)
    writer.add_uint32("llama.feed_forward_length", 1)
    writer.add_uint32("llama.rope.dimension_count", 1)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
