# SPDX-License-Identifier: Apache-2.0
"""Attention of grouped queries over a cache of keys and values."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.kernels import cpu, reference
from ktdesk.kernels.attention import attend, step_sections
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.base import Gqa, GqaSpec, Step
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


class _GqaCache:
    """Keys and values of one layer, [context, kv_heads, head_size] each."""

    def __init__(self, site: Site, spec: GqaSpec) -> None:
        width = spec.kv_heads * spec.head_size
        self.key_rows, self.value_rows = site.cache(width), site.cache(width)
        self.rounds = site.resources.cache_type is not CacheType.F32
        self.keys = heads_of(self.key_rows, spec.kv_heads)
        self.values = heads_of(self.value_rows, spec.kv_heads)


def _sinks(site: Site, spec: GqaSpec) -> Tensor | None:
    return site.values(spec.sinks, spec.heads) if spec.sinks else None


@operator("torch")
class TorchGqa(Gqa):
    """Grouped-query attention in plain torch."""

    def __init__(self, site: Site, spec: GqaSpec) -> None:
        self._spec, self._cache = spec, _GqaCache(site, spec)
        self._sinks = _sinks(site, spec)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, step: Step) -> Tensor:
        """Return [T, heads * head_size]."""
        spec, cache = self._spec, self._cache
        queries, keys = heads_of(q, spec.heads), heads_of(k, spec.kv_heads)
        if spec.rotates:
            queries, keys = (turned(x, step, spec.interleaved) for x in (queries, keys))
        reference.store_rows(keys.flatten(1), step.positions, cache.key_rows)
        reference.store_rows(v, step.positions, cache.value_rows)
        out = reference.attention(
            queries,
            cache.keys,
            cache.values,
            step.positions,
            spec.scale,
            window=spec.window,
            chunk=spec.chunk,
            sinks=self._sinks,
        )
        return out.flatten(1)


def heads_of(x: Tensor, count: int) -> Tensor:
    """Return x [rows, heads * size] as [rows, heads, size]."""
    return x.view(len(x), count, x.shape[1] // count)


def turned(x: Tensor, step: Step, interleaved: bool) -> Tensor:
    """Return x [T, H, D] with its first dimensions turned by the step's angles."""
    size = 2 * step.rotary.shape[1]
    front = reference.rope(x[..., :size], step.rotary, interleaved=interleaved)
    return torch.cat((front, x[..., size:]), -1)


@operator("cpu")
class CpuGqa(Gqa):
    """Grouped-query attention by native kernels."""

    captures = True

    def __init__(self, site: Site, spec: GqaSpec) -> None:
        self._device = site.device
        self._spec, self._cache = spec, _GqaCache(site, spec)
        self._sinks = _sinks(site, spec)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, step: Step) -> Tensor:
        """Return [T, heads * head_size]."""
        spec, cache, stream = self._spec, self._cache, self._device.stream
        queries, keys = heads_of(q, spec.heads), heads_of(k, spec.kv_heads)
        if spec.rotates:
            size = 2 * step.rotary.shape[1]
            for x in (queries[..., :size], keys[..., :size]):
                cpu.rope(stream, x, step.rotary, x, interleaved=spec.interleaved)
        cpu.store_rows(stream, k, step.positions, cache.key_rows)
        cpu.store_rows(stream, v, step.positions, cache.value_rows)
        out = self._device.empty(*queries.shape)
        attend(
            stream,
            queries,
            cache.keys,
            cache.values,
            step.positions,
            out,
            spec.scale,
            section_room(self._device, out, spec.kv_heads),
            sinks=self._sinks,
            window=spec.window,
            chunk=spec.chunk,
            rounds=cache.rounds,
        )
        return out.flatten(1)


def section_room(device: CpuDevice, out: Tensor, kv_heads: int) -> Tensor:
    """Return room for the partial sums of attention that ends in out [T, H, Dv]."""
    tokens, heads, value_size = out.shape
    sections = step_sections(tokens, heads, kv_heads)
    return device.scratch(tokens, heads, sections, value_size + 2)
