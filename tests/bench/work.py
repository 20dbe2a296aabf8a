# SPDX-License-Identifier: Apache-2.0
"""What is measured, and what it costs at least: bytes to read, operations to do."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from gguf.constants import GGMLQuantizationType

from tests.bench.shapes import Shape, Tensor, tensors

_CACHE_VALUE_BYTES = 2  # F16, in both engines


@dataclass(frozen=True, slots=True)
class Work:
    """Reading `prompt` tokens, or generating `generated` tokens after `depth` that are there."""

    prompt: int
    generated: int
    depth: int = 0

    @property
    def tokens(self) -> int:
        """How many tokens are measured."""
        return self.prompt + self.generated

    @property
    def name(self) -> str:
        """How people and the command line call it."""
        if self.prompt:
            return f"prefill-{self.prompt}"
        return f"decode-{self.generated}" + (f"-after-{self.depth}" if self.depth else "")


WORKS = {work.name: work for work in (Work(512, 0), Work(2048, 0), Work(0, 64), Work(0, 64, 4096))}


def bytes_per_token(shape: Shape, depth: int) -> float:
    """Return what one token must read: all weights it passes, and the cache of `depth` tokens.

    Of the embeddings it reads one row, which is left out.
    """
    weights = sum(
        tensor.size_bytes * _share_used(shape, tensor)
        for tensor in tensors(shape)
        if tensor.name != "token_embd.weight"
    )
    row_bytes = shape.attention.cache_values * _CACHE_VALUE_BYTES
    return weights + shape.layers * depth * row_bytes


def operations_per_token(shape: Shape) -> float:
    """Return the operations that a token of a prompt needs: two for each weight of its products.

    The head and the last layer's feed-forward part are needed for the last token only, and are
    left out, whether or not an engine leaves them out. So is what attention does with the cache.
    """
    last = f"blk.{shape.layers - 1}.ffn_"
    weights = (
        prod(tensor.shape) * _share_used(shape, tensor)
        for tensor in tensors(shape)
        if tensor.name.startswith("blk.") and not tensor.name.startswith(last)
        if tensor.type != GGMLQuantizationType.F32
    )
    return 2 * sum(weights)


def _share_used(shape: Shape, tensor: Tensor) -> float:
    """Return which share of a tensor one token uses."""
    return shape.experts_used / shape.experts if "_exps." in tensor.name else 1.0
