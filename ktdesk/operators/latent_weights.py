# SPDX-License-Identifier: Apache-2.0
"""The matrices that expand latents to keys and values, from either form of a model file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

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
    def read(cls, site: Site, spec: MlaSpec) -> LatentWeights:
        """Read them as the file has them, transposed keys (split) or keys and values as one."""
        heads, nope, value, latent = spec.heads, spec.nope, spec.value, spec.latent
        if not spec.joint_weight:
            absorbed = site.weight(spec.key_weight, heads, latent, nope)
            values = site.weight(spec.value_weight, heads, value, latent)
            return cls(_transposed(absorbed), site.placed(absorbed), site.placed(values))
        joint = site.weight(spec.joint_weight, heads * (nope + value), latent)
        blocks = joint.data.reshape(heads, nope + value, -1)
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
        return cls(site.placed(keys), _transposed(keys), site.placed(values))


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

    Float types stay. Blocks, which cannot be turned, become F16: its 11 bits are more than theirs.
    """
    kind = weight.type if weight.type.is_float else WeightType.F16
    values = np.ascontiguousarray(weight.dequantize().swapaxes(-1, -2))
    match kind:
        case WeightType.F32:
            numbers = values.astype("<f4")
        case WeightType.BF16:
            numbers = (values.view("<u4") >> 16).astype("<u2")  # exact: they came from BF16
        case _:
            numbers = values.astype("<f2")
    data = numbers.reshape(-1, numbers.shape[-1]).view("u1")
    return Weight(weight.name, kind, values.shape, data)
