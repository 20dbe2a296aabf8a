# SPDX-License-Identifier: Apache-2.0
"""Attention over a cache: grouped queries, and latents with absorbed matrices (MLA).

Both own their cache and use one kernel. For MLA every head reads the same row, latent and rope key
side by side, and its values are the row's latent columns.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu, reference
from ktdesk.operators.base import Gqa, GqaSpec, Mla, MlaSpec, Step
from ktdesk.operators.linear import activations
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


class _GqaCache:
    """Keys and values of one layer, [context, kv_heads, head_size] each."""

    def __init__(self, site: Site, spec: GqaSpec) -> None:
        width = spec.kv_heads * spec.head_size
        self.key_rows, self.value_rows = site.cache(width), site.cache(width)
        self.keys = _heads(self.key_rows, spec.kv_heads)
        self.values = _heads(self.value_rows, spec.kv_heads)


@operator("torch")
class TorchGqa(Gqa):
    """Grouped-query attention in plain torch."""

    def __init__(self, site: Site, spec: GqaSpec) -> None:
        self._spec, self._cache = spec, _GqaCache(site, spec)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, step: Step) -> Tensor:
        """Return [T, heads * head_size]."""
        spec, cache, places = self._spec, self._cache, step.positions.long()
        queries = _turned(_heads(q, spec.heads), step, spec.interleaved)
        keys = _turned(_heads(k, spec.kv_heads), step, spec.interleaved)
        cache.key_rows[places] = keys.flatten(1).to(cache.key_rows.dtype)
        cache.value_rows[places] = v.to(cache.value_rows.dtype)
        out = reference.attention(queries, cache.keys, cache.values, step.positions, spec.scale)
        return out.flatten(1)


def _heads(x: Tensor, count: int) -> Tensor:
    """Return x [rows, heads * size] as [rows, heads, size]."""
    return x.view(len(x), count, x.shape[1] // count)


def _turned(x: Tensor, step: Step, interleaved: bool) -> Tensor:
    """Return x [T, H, D] with its first dimensions turned by the step's angles."""
    size = 2 * step.rotary.shape[1]
    turned = reference.rope(x[..., :size], step.rotary, interleaved=interleaved)
    return torch.cat((turned, x[..., size:]), -1)


@operator("cpu")
class CpuGqa(Gqa):
    """Grouped-query attention by native kernels."""

    captures = True

    def __init__(self, site: Site, spec: GqaSpec) -> None:
        self._device = site.device
        self._spec, self._cache = spec, _GqaCache(site, spec)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, step: Step) -> Tensor:
        """Return [T, heads * head_size]."""
        spec, cache, stream = self._spec, self._cache, self._device.stream
        size = 2 * step.rotary.shape[1]
        queries, keys = _heads(q, spec.heads), _heads(k, spec.kv_heads)
        for x in (queries[..., :size], keys[..., :size]):
            cpu.rope(stream, x, step.rotary, x, interleaved=spec.interleaved)
        cpu.store_rows(stream, k, step.positions, cache.key_rows)
        cpu.store_rows(stream, v, step.positions, cache.value_rows)
        out = self._device.empty(*queries.shape)
        cpu.attention(stream, queries, cache.keys, cache.values, step.positions, out, spec.scale)
        return out.flatten(1)


class _MlaCache:
    """Latents and rope keys of one layer, side by side: [context, latent + rope]."""

    def __init__(self, site: Site, spec: MlaSpec) -> None:
        rows = site.cache(spec.latent + spec.rope)
        self.latents, self.rope_keys = rows.split_with_sizes((spec.latent, spec.rope), 1)
        self.keys = rows.unsqueeze(1)
        self.values = self.keys[..., : spec.latent]


@operator("torch")
class TorchMla(Mla):
    """Latent attention in plain torch."""

    def __init__(self, site: Site, spec: MlaSpec) -> None:
        self._spec, self._cache = spec, _MlaCache(site, spec)
        key, value = _absorbed(site, spec)
        self._key = torch.as_tensor(key.dequantize())
        self._value = torch.as_tensor(value.dequantize())

    def forward(self, q: Tensor, latent: Tensor, key_rope: Tensor, step: Step) -> Tensor:
        """Return [T, heads * value]."""
        spec, cache, places = self._spec, self._cache, step.positions.long()
        q_nope, q_rope = _heads(q, spec.heads).split_with_sizes((spec.nope, spec.rope), -1)
        q_rope = reference.rope(q_rope, step.rotary, interleaved=True)
        key_rope = reference.rope(key_rope.unsqueeze(1), step.rotary, interleaved=True).squeeze(1)
        cache.latents[places] = latent.to(cache.latents.dtype)
        cache.rope_keys[places] = key_rope.to(cache.rope_keys.dtype)
        queries = torch.cat((reference.linear(q_nope, self._key), q_rope), -1)
        mixed = reference.attention(queries, cache.keys, cache.values, step.positions, spec.scale)
        return reference.linear(mixed, self._value).flatten(1)


@operator("cpu")
class CpuMla(Mla):
    """Latent attention by native kernels."""

    captures = True

    def __init__(self, site: Site, spec: MlaSpec) -> None:
        self._device = site.device
        self._spec, self._cache = spec, _MlaCache(site, spec)
        self._key, self._value = _absorbed(site, spec)

    def forward(self, q: Tensor, latent: Tensor, key_rope: Tensor, step: Step) -> Tensor:
        """Return [T, heads * value]."""
        spec, cache, stream = self._spec, self._cache, self._device.stream
        key_rope = key_rope.unsqueeze(1)
        cpu.rope(stream, key_rope, step.rotary, key_rope, interleaved=True)
        cpu.store_rows(stream, latent, step.positions, cache.latents)
        cpu.store_rows(stream, key_rope.squeeze(1), step.positions, cache.rope_keys)
        mixed = self._device.empty(len(q), spec.heads, spec.latent)
        cpu.attention(
            stream,
            self._queries(_heads(q, spec.heads), step),
            cache.keys,
            cache.values,
            step.positions,
            mixed,
            spec.scale,
        )
        out = self._device.empty(len(q), spec.heads, spec.value)
        cpu.linear(stream, self._value, activations(self._device, self._value, mixed), out)
        return out.flatten(1)

    def _queries(self, q: Tensor, step: Step) -> Tensor:
        """Return [T, H, latent + rope]: nope parts as latents, rope parts turned."""
        spec, stream = self._spec, self._device.stream
        q_nope, q_rope = q.split_with_sizes((spec.nope, spec.rope), -1)
        queries = self._device.empty(len(q), spec.heads, spec.latent + spec.rope)
        absorbed, turned = queries.split_with_sizes((spec.latent, spec.rope), -1)
        cpu.linear(stream, self._key, activations(self._device, self._key, q_nope), absorbed)
        cpu.rope(stream, q_rope, step.rotary, turned, interleaved=True)
        return queries


def _absorbed(site: Site, spec: MlaSpec) -> tuple[Weight, Weight]:
    """Return the matrices [heads, latent, nope] and [heads, value, latent], from either form."""
    heads, nope, value, latent = spec.heads, spec.nope, spec.value, spec.latent
    if not spec.joint_weight:
        return (
            site.weight(spec.key_weight, heads, latent, nope),
            site.weight(spec.value_weight, heads, value, latent),
        )
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
    return _transposed(keys), values


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
