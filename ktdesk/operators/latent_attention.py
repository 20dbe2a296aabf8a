# SPDX-License-Identifier: Apache-2.0
"""Latent attention (MLA) over a cache of one row per token, latent and rope key side by side.

Absorbed, every head reads the same rows: as its keys whole, and their latents as its values; the
matrices that expand latents are applied to queries and outputs instead. That takes 3.4 times the
operations per query and row of expanded keys and values, which must be made first, once for all
queries of a step: that pays for prompts.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.devices.torch_device import Kind
from ktdesk.formats.quant import Weight
from ktdesk.kernels import native, reference
from ktdesk.kernels.attention import attention, stand_apart
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.attention import heads_of, section_room
from ktdesk.operators.base import Mla, MlaSpec, Step
from ktdesk.operators.latent_weights import LatentWeights, head_groups, some_heads
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site
from ktdesk.operators.torch_seam import Seam, across

# As many queries as must meet a row to pay for its expansion. Measured at 128 + 64 / 128 / 512:
# 200 with quantised matrices, 400 with F16 ones.
_EXPANSION_QUERIES = 300
# Steps of fewer tokens may be captured, and must not depend on where they stand.
LEAST_TOKENS = 32
# Keys and values, of all heads that are expanded at a time: 64 MiB; on a card 128, and as many
# rounded, so that there are enough tiles of queries for all of it.
_EXPANDED_VALUES, _EXPANDED_ON_CARD = 2**24, 2**25


class _MlaCache:
    """Latents and rope keys of one layer, side by side: [context, latent + rope]."""

    def __init__(self, site: Site, spec: MlaSpec) -> None:
        rows, kind = site.cache(spec.latent + spec.rope), site.resources.cache_type
        sizes = kind.elements(spec.latent), kind.elements(spec.rope)
        self.latents, self.rope_keys = rows.split_with_sizes(sizes, 1)
        self.keys, self.values = rows.unsqueeze(1), self.latents.unsqueeze(1)
        self.rounds = kind is not CacheType.F32


@operator("torch")
class TorchMla(Mla):
    """Latent attention in plain torch."""

    def __init__(self, site: Site, spec: MlaSpec, *, device: Kind = "cpu", card: int = 0) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._spec, self._cache = spec, _MlaCache(site, spec)
        weights = LatentWeights.read(site, spec, as_stored=True)
        self._key = site.floats(weights.absorbed_key)
        self._value = site.floats(weights.value)

    @across
    def forward(self, q: Tensor, latent: Tensor, key_rope: Tensor, step: Step) -> Tensor:
        """Return [T, heads * value]."""
        spec, cache = self._spec, self._cache
        q_nope, q_rope = heads_of(q, spec.heads).split_with_sizes((spec.nope, spec.rope), -1)
        q_rope = reference.rope(q_rope, step.rotary, interleaved=True)
        key_rope = reference.rope(key_rope.unsqueeze(1), step.rotary, interleaved=True).squeeze(1)
        reference.store_rows(latent, step.places, cache.latents)
        reference.store_rows(key_rope, step.places, cache.rope_keys)
        queries = torch.cat((reference.linear(q_nope, self._key), q_rope), -1)
        mixed = reference.attention(
            queries, cache.keys, cache.values, step.positions, spec.scale, places=step.places
        )
        return reference.linear(mixed, self._value).flatten(1)


@operator("cpu", "cuda")
class NativeMla(Mla):
    """Latent attention by native kernels: absorbed, or for many tokens with expanded latents."""

    captures = True  # steps of few tokens

    def __init__(self, site: Site, spec: MlaSpec, *, quantization: str | None = None) -> None:
        self._device = site.device
        self._spec, self._cache = spec, _MlaCache(site, spec)
        self._weights = LatentWeights.read(site.quantized(quantization), spec)

    def forward(self, q: Tensor, latent: Tensor, key_rope: Tensor, step: Step) -> Tensor:
        """Return [T, heads * value]."""
        spec, cache, stream = self._spec, self._cache, self._device.stream
        key_rope = key_rope.unsqueeze(1)
        native.rope(stream, key_rope, step.rotary, key_rope, interleaved=True)
        native.store_rows(stream, latent, step.places, cache.latents)
        native.store_rows(stream, key_rope.squeeze(1), step.places, cache.rope_keys)
        out = self._device.empty(len(q), spec.heads, spec.value)
        queries = heads_of(q, spec.heads)
        rows = step.inputs.rows() if len(q) >= LEAST_TOKENS else range(0)
        if rows and expansion_pays(len(q), len(rows)):
            self._attend_expanded(queries, rows, step, out)
        else:
            self._attend_absorbed(queries, step, out)
        return out.flatten(1)

    def _attend_absorbed(self, q: Tensor, step: Step, out: Tensor) -> None:
        """Let every head read the latents: the least work per cache row and step."""
        spec, cache, device = self._spec, self._cache, self._device
        value = self._weights.value
        mixed = device.empty(len(q), spec.heads, spec.latent)
        attention(
            device.stream,
            self._queries(q, step),
            cache.keys,
            cache.values,
            step.positions,
            mixed,
            spec.scale,
            section_room(device, mixed, 1),
            places=step.places,
            rounds=cache.rounds,
            apart=stand_apart(len(q)),
        )
        native.linear(device.stream, value, device.activations(value, mixed, len(q)), out)

    def _queries(self, q: Tensor, step: Step) -> Tensor:
        """Return [T, H, latent + rope]: nope parts as latents, rope parts turned."""
        spec, stream, key = self._spec, self._device.stream, self._weights.absorbed_key
        q_nope, q_rope = q.split_with_sizes((spec.nope, spec.rope), -1)
        queries = self._device.empty(len(q), spec.heads, spec.latent + spec.rope)
        absorbed, turned = queries.split_with_sizes((spec.latent, spec.rope), -1)
        source = self._device.activations(key, q_nope, len(q))
        native.linear(stream, key, source, absorbed)
        native.rope(stream, q_rope, step.rotary, turned, interleaved=True)
        return queries

    def _attend_expanded(self, q: Tensor, rows: range, step: Step, out: Tensor) -> None:
        """Expand the sequence's latents to keys and values, some heads at a time.

        That is the least work per token.
        """
        spec, cache, weights, stream = self._spec, self._cache, self._weights, self._device.stream
        q_rope = q[..., spec.nope :]
        native.rope(stream, q_rope, step.rotary, q_rope, interleaved=True)
        latents = self._device.empty(len(rows), 1, spec.latent)
        native.load_rows(stream, cache.latents[rows.start :], latents)
        per_head = len(rows) * (spec.nope + spec.rope + spec.value)
        most = _EXPANDED_ON_CARD if stream.is_gpu else _EXPANDED_VALUES
        for heads in head_groups(spec.heads, max(1, most // per_head)):
            keys = self._expand(some_heads(weights.key, heads), latents, spec.rope)
            native.load_rows(stream, cache.rope_keys[rows.start :], keys[..., spec.nope :])
            values = self._expand(some_heads(weights.value, heads), latents, 0)
            some = out[:, heads]
            attention(
                stream,
                q[:, heads],
                self._rounded(keys),
                self._rounded(values),
                step.positions,
                some,
                spec.scale,
                section_room(self._device, some, some.shape[1]),
                rounds=cache.rounds,
            )

    def _expand(self, weight: Weight, latents: Tensor, extra: int) -> Tensor:
        """Return the weight's heads [C, H, N + extra] of latents [C, 1, latent].

        What is extra stays empty. The rows of a head stand one after another.
        """
        heads, size, _ = weight.shape
        rows = self._device.empty(heads, len(latents), size + extra).transpose(0, 1)
        source = self._device.activations(weight, latents, len(latents)).expand(-1, heads, -1)
        native.linear(self._device.stream, weight, source, rows[..., :size])
        return rows

    def _rounded(self, rows: Tensor) -> Tensor:
        """Return expanded rows as a card's tensor cores take them: once, not for each tile."""
        if not (self._cache.rounds and self._device.stream.is_gpu):
            return rows
        count, heads, size = rows.shape
        rounded = self._device.empty(heads, count, size, dtype=torch.bfloat16).transpose(0, 1)
        native.to_bf16(self._device.stream, rows, rounded)
        return rounded


def expansion_pays(tokens: int, rows: int) -> bool:
    """Whether a step of these tokens, which see so many cache rows, is less work expanded.

    Absorbed matrices cost a token what expanding costs a row, so only the other rows count.
    """
    return tokens * rows >= _EXPANSION_QUERIES * (rows - tokens)
