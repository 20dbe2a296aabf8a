# SPDX-License-Identifier: Apache-2.0
"""The matrices that expand latents to keys and values, from either form of a model file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ktdesk.formats.quant import Weight, WeightType
from ktdesk.operators.base import MlaSpec
from ktdesk.operators.site import Site


@dataclass(frozen=True, slots=True)
class LatentWeights:
    """A matrix per head: keys [H, nope, latent], these transposed, values [H, value, latent]."""

    key: Weight
    absorbed_key: Weight
    value: Weight

    @classmethod
    def read(cls, site: Site, spec: MlaSpec, *, as_stored: bool = False) -> LatentWeights:
        """Read them as the file has them, transposed keys (split) or keys and values as one.

        as_stored: leave their blocks in the file, as only those can be dequantised.
        """

        def placed(weight: Weight) -> Weight:
            return weight if as_stored else site.placed(weight)

        heads, nope, value, latent = spec.heads, spec.nope, spec.value, spec.latent
        if not spec.joint_weight:
            absorbed = site.weight(spec.key_weight, heads, latent, nope)
            values = site.weight(spec.value_weight, heads, value, latent)
            return cls(site.made(_transposed(absorbed)), placed(absorbed), placed(values))
        joint = site.weight(spec.joint_weight, heads * (nope + value), latent)
        blocks = joint.blocks.reshape(heads, nope + value, -1)
        keys = replace(
            joint,
            shape=(heads, nope, latent),
            data=blocks[:, :nope].reshape(heads * nope, -1),
        )
        values = replace(
            joint,
            shape=(heads, value, latent),
            data=blocks[:, nope:].reshape(heads * value, -1),
        )
        return cls(placed(keys), site.made(_transposed(keys)), placed(values))


def some_heads(weight: Weight, heads: slice) -> Weight:
    """Return the matrices of the heads start to stop."""
    rows = weight.shape[1]
    data = weight.data[heads.start * rows : heads.stop * rows]
    return replace(weight, shape=(heads.stop - heads.start, *weight.shape[1:]), data=data)


def head_groups(heads: int, size: int) -> Iterator[slice]:
    """Yield slices of `size` heads, the last perhaps shorter."""
    for first in range(0, heads, size):
        yield slice(first, min(first + size, heads))


def _transposed(weight: Weight) -> Weight:
    """Return the last two dimensions swapped.

    Float types stay. Blocks, which cannot be turned, become BF16, which has the range of all their
    scales; its rounding, 2^-9, is that of products on tiles, and below theirs.
    """
    kind = weight.type if weight.type.is_float else WeightType.BF16
    values = np.ascontiguousarray(weight.dequantize().swapaxes(-1, -2))
    match kind:
        case WeightType.F32:
            numbers = values.astype("<f4")
        case WeightType.BF16:
            numbers = _rounded_bf16(values)
        case _:
            numbers = values.astype("<f2")
    data = numbers.reshape(-1, numbers.shape[-1]).view("u1")
    return Weight(weight.name, kind, values.shape, data)


def _rounded_bf16(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return the bits of values as bfloat16, to nearest, ties to even."""
    bits = values.view("<u4")
    return ((bits + (0x7FFF + (bits >> 16 & 1))) >> 16).astype("<u2")
