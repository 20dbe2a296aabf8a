# SPDX-License-Identifier: Apache-2.0
"""What the wrappers of native kernels check: type, shape and layout of every tensor, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk import _native
from ktdesk.errors import KernelError
from ktdesk.formats.quant import Layout, Weight
from ktdesk.kernels.cache_types import cache_type_of
from ktdesk.kernels.gpu_tensors import gpu_address

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

_HINT = "This is a fault of KTDesk, or of a placement file: please report it."
Size = int | None  # of a dimension; None is any


def fail(message: str) -> KernelError:
    """Return the error for a call that does not fit."""
    return KernelError(message, hint=_HINT)


def sizes(name: str, tensor: Tensor, dimensions: int) -> tuple[int, ...]:
    """Return the tensor's shape. Raises KernelError if it has another number of dimensions."""
    if tensor.ndim != dimensions:
        raise fail(f"{name} must have {dimensions} dimensions, not {tensor.ndim}.")
    return tuple(tensor.shape)


def check(
    stream: Stream,
    name: str,
    tensor: Tensor,
    shape: tuple[Size, ...],
    dtype: torch.dtype = torch.float32,
    *,
    strided: bool = False,
) -> int:
    """Return the tensor's address on the stream's device.

    strided: only the last dimension must be contiguous. Raises KernelError if it is not as
    described, or elsewhere.
    """
    if tensor.dtype != dtype:
        raise fail(f"{name} must be {dtype}, not {tensor.dtype}.")
    found = tuple(tensor.shape)
    fits = len(found) == len(shape) and all(
        want is None or want == got for want, got in zip(shape, found, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise fail(f"{name} must have the shape [{wanted}], not {list(found)}.")
    if strided:
        if tensor.stride(-1) != 1 and tensor.shape[-1] != 1:
            raise fail(f"{name} must be contiguous in its last dimension.")
    elif not tensor.is_contiguous():
        raise fail(f"{name} must be contiguous.")
    return _address(stream, name, tensor)


def _address(stream: Stream, name: str, data: Tensor | NDArray[np.uint8]) -> int:
    if isinstance(data, Tensor) and data.is_meta:
        if not stream.is_gpu:
            raise fail(f"{name} must be on the CPU, not on the GPU.")
        return gpu_address(data)
    if stream.is_gpu:
        raise fail(f"{name} must be on the GPU, not on the CPU.")
    if isinstance(data, Tensor):
        return data.data_ptr()
    address: int = data.__array_interface__["data"][0]
    return address


def check_cache(
    stream: Stream, name: str, cache: Tensor, shape: tuple[Size, ...], width: int
) -> tuple[int, int]:
    """Return address and type of a cache [*shape, width]; width counts values of any type."""
    kind = cache_type_of(cache)
    if not kind.fits(width):
        raise fail(f"{name} is {kind.name}, of which {width} values are no whole blocks.")
    full = (*shape, kind.elements(width))
    return check(stream, name, cache, full, kind.dtype, strided=True), kind.number


def stride_bytes(tensor: Tensor, dimension: int) -> int:
    """Return how many bytes lie from one to the next along a dimension."""
    return tensor.stride(dimension) * tensor.element_size()


def check_positive(**sizes: int) -> None:
    """Raise KernelError if one of the named sizes is not positive."""
    for name, size in sizes.items():
        if size < 1:
            raise fail(f"{name} must be at least 1, not {size}.")


def check_weight(stream: Stream, weight: Weight) -> tuple[int, int, int, int, int]:
    """Return address, type, bytes per row, columns and layout of a weight."""
    if weight.columns % weight.type.block_size:
        raise fail(
            f"Rows of {weight.name} are blocks of {weight.type.block_size} weights, which "
            f"{weight.columns} is no multiple of."
        )
    data, row_bytes = weight.data, _row_bytes(weight)
    if (
        data.dtype.itemsize != 1
        or tuple(data.shape) != (weight.rows, row_bytes)
        or not (data.is_contiguous() if isinstance(data, Tensor) else data.flags.c_contiguous)
    ):
        raise fail(
            f"The blocks of {weight.name} must be contiguous, [{weight.rows}, {row_bytes}] bytes, "
            f"not {list(data.shape)}."
        )
    address = _address(stream, weight.name, data)
    return address, int(weight.type), row_bytes, weight.columns, int(weight.layout)


def check_stored(stream: Stream, weight: Weight) -> tuple[int, int, int, int, int]:
    """Return the same of a weight whose rows must lie as in the file."""
    if weight.layout is not Layout.STORED:
        raise fail(f"The rows of {weight.name} are interleaved; this needs them one by one.")
    return check_weight(stream, weight)


def _row_bytes(weight: Weight) -> int:
    if weight.layout is Layout.INTERLEAVED:
        return _native.interleaved_row_bytes(int(weight.type), weight.columns)
    return weight.type.row_bytes(weight.columns)
