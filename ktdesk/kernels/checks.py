# SPDX-License-Identifier: Apache-2.0
"""What the wrappers of native kernels check: type, shape and layout of every tensor, once."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk import _native
from ktdesk.errors import KernelError
from ktdesk.formats.quant import Layout, Weight

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
    name: str,
    tensor: Tensor,
    shape: tuple[Size, ...],
    dtype: torch.dtype = torch.float32,
    *,
    strided: bool = False,
) -> int:
    """Return the tensor's address. Raises KernelError if it is not as described.

    strided: only the last dimension must be contiguous.
    """
    if tensor.dtype != dtype or tensor.device.type != "cpu":
        raise fail(f"{name} must be {dtype} on the CPU, not {tensor.dtype} on {tensor.device}.")
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
    return tensor.data_ptr()


def check_cache(name: str, cache: Tensor, shape: tuple[Size, ...]) -> tuple[int, bool]:
    """Return address and whether the cache is f16 (else f32)."""
    is_f16 = cache.dtype == torch.float16
    dtype = torch.float16 if is_f16 else torch.float32
    return check(name, cache, shape, dtype, strided=True), is_f16


def check_positive(**sizes: int) -> None:
    """Raise KernelError if one of the named sizes is not positive."""
    for name, size in sizes.items():
        if size < 1:
            raise fail(f"{name} must be at least 1, not {size}.")


def check_weight(weight: Weight) -> tuple[int, int, int, int, int]:
    """Return address, type, bytes per row, columns and layout of a weight."""
    if weight.columns % weight.type.block_size:
        raise fail(
            f"Rows of {weight.name} are blocks of {weight.type.block_size} weights, which "
            f"{weight.columns} is no multiple of."
        )
    data, row_bytes = weight.data, _row_bytes(weight)
    if (
        data.dtype.itemsize != 1
        or data.shape != (weight.rows, row_bytes)
        or not data.flags.c_contiguous
    ):
        raise fail(
            f"The blocks of {weight.name} must be contiguous, [{weight.rows}, {row_bytes}] bytes, "
            f"not {list(data.shape)}."
        )
    address: int = data.__array_interface__["data"][0]
    return address, int(weight.type), row_bytes, weight.columns, int(weight.layout)


def check_stored(weight: Weight) -> tuple[int, int, int, int, int]:
    """Return the same of a weight whose rows must lie as in the file."""
    if weight.layout is not Layout.STORED:
        raise fail(f"The rows of {weight.name} are interleaved; this needs them one by one.")
    return check_weight(weight)


def _row_bytes(weight: Weight) -> int:
    if weight.layout is Layout.INTERLEAVED:
        return _native.interleaved_row_bytes(int(weight.type), weight.columns)
    return weight.type.row_bytes(weight.columns)
