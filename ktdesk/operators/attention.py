# SPDX-License-Identifier: Apache-2.0
"""Attention of grouped queries over a cache of keys and values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ktdesk.devices.base import Device
from ktdesk.devices.torch_device import Kind
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import native, reference
from ktdesk.kernels.attention import attention, stand_apart
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.base import Gqa, GqaSpec, NormSpec, Step
from ktdesk.operators.basic import NativeNorm, norm_weight
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site
from ktdesk.operators.torch_seam import Seam, across


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


def _norm_specs(spec: GqaSpec) -> list[NormSpec]:
    return [norm for norm in (spec.q_norm, spec.k_norm) if norm]


def _normalized(
    norms: Sequence[Callable[[Tensor], Tensor]], queries: Tensor, keys: Tensor
) -> tuple[Tensor, Tensor]:
    if not norms:
        return queries, keys
    q_norm, k_norm = norms
    return q_norm(queries), k_norm(keys)


def _temperatures(positions: Tensor, spec: GqaSpec) -> Tensor:
    return reference.temperatures(positions, spec.temperature_length, spec.temperature_scale)


@operator("torch")
class TorchGqa(Gqa):
    """Grouped-query attention in plain torch."""

    def __init__(self, site: Site, spec: GqaSpec, *, device: Kind = "cpu", card: int = 0) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._spec, self._cache = spec, _GqaCache(site, spec)
        self._sinks = _sinks(site, spec)
        self._norms = [
            partial(reference.rms_norm, weight=norm_weight(site, norm), eps=norm.eps)
            for norm in _norm_specs(spec)
        ]

    @across
    def forward(self, q: Tensor, k: Tensor, v: Tensor, step: Step) -> Tensor:
        """Return [T, heads * head_size]."""
        spec, cache = self._spec, self._cache
        if spec.temperature_length:
            q = q * _temperatures(step.positions, spec)
        queries, keys = heads_of(q, spec.heads), heads_of(k, spec.kv_heads)
        if spec.rotates:
            queries, keys = (turned(x, step, spec.interleaved) for x in (queries, keys))
        queries, keys = _normalized(self._norms, queries, keys)
        reference.store_rows(keys.flatten(1), step.places, cache.key_rows)
        reference.store_rows(v, step.places, cache.value_rows)
        out = reference.attention(
            queries,
            cache.keys,
            cache.values,
            step.positions,
            spec.scale,
            places=step.places,
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


@operator("cpu", "cuda")
class NativeGqa(Gqa):
    """Grouped-query attention by native kernels."""

    captures = True

    def __init__(self, site: Site, spec: GqaSpec) -> None:
        self._device = site.device
        self._spec, self._cache = spec, _GqaCache(site, spec)
        self._sinks = _sinks(site, spec)
        self._norms = [NativeNorm(site, norm).forward for norm in _norm_specs(spec)]
        self._temperatures = _temperature_rows(site, spec) if spec.temperature_length else None

    def forward(self, q: Tensor, k: Tensor, v: Tensor, step: Step) -> Tensor:
        """Return [T, heads * head_size]."""
        spec, cache, stream = self._spec, self._cache, self._device.stream
        if self._temperatures:
            factors = self._device.empty(len(q), 1)
            native.embed(stream, self._temperatures, step.positions, factors)
            native.weigh_rows(stream, q, factors, q)
        queries, keys = heads_of(q, spec.heads), heads_of(k, spec.kv_heads)
        if spec.rotates:
            size = 2 * step.rotary.shape[1]
            for x in (queries[..., :size], keys[..., :size]):
                native.rope(stream, x, step.rotary, x, interleaved=spec.interleaved)
        queries, keys = _normalized(self._norms, queries, keys)
        native.store_rows(stream, keys.flatten(1), step.places, cache.key_rows)
        native.store_rows(stream, v, step.places, cache.value_rows)
        out = self._device.empty(*queries.shape)
        attention(
            stream,
            queries,
            cache.keys,
            cache.values,
            step.positions,
            out,
            spec.scale,
            section_room(self._device, out, spec.kv_heads),
            places=step.places,
            sinks=self._sinks,
            window=spec.window,
            chunk=spec.chunk,
            rounds=cache.rounds,
            apart=stand_apart(len(q)),
        )
        return out.flatten(1)


def _temperature_rows(site: Site, spec: GqaSpec) -> Weight:
    """Return the factor of each position as a row that is looked up like an embedding."""
    factors = _temperatures(torch.arange(site.resources.context_tokens), spec)
    rows = factors.numpy().view(np.uint8)
    return site.made(Weight("temperatures", WeightType.F32, tuple(factors.shape), rows))


def section_room(device: Device, out: Tensor, kv_heads: int) -> Tensor | None:
    """Return room for the partial sums of attention that ends in out [T, H, Dv].

    None if its rows had best stay one section.
    """
    tokens, heads, value_size = out.shape
    at_a_time = 1 if stand_apart(tokens) else tokens
    sections = device.attention_sections(at_a_time, heads, kv_heads)
    if sections == 1:
        return None
    return device.scratch(tokens, heads, sections, value_size + 2)
