# SPDX-License-Identifier: Apache-2.0
"""Every kernel in a few lines of plain torch: slow, obvious, and what tests compare with.

T tokens, D width, H heads, C cache rows, E experts, K experts per token. Results have the type of
the inputs, so that float64 inputs give a float64 reference.
"""

from __future__ import annotations

import itertools
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from ktdesk.kernels.cache_types import BLOCK, CacheType, cache_type_of


def embed(weight: Tensor, tokens: Tensor) -> Tensor:
    """Return the rows of weight [V, D] that tokens [T] name."""
    return weight[tokens.long()]


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Return x [.., D] over its root mean square, times weight [D]."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def add_rms_norm(
    x: Tensor, change: Tensor, weight: Tensor, eps: float, factor: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Return x + factor * change, and `rms_norm` of that."""
    total = x + factor * change
    return total, rms_norm(total, weight, eps)


def linear(x: Tensor, weight: Tensor) -> Tensor:
    """Return [T, G, N] for x [T, G, D] and weight [G, N, D]: one product per group."""
    return torch.einsum("tgd,gnd->tgn", x, weight)


def rope_table(positions: Tensor, inverse_frequencies: Tensor, scale: float) -> Tensor:
    """Return scaled cosines and sines [T, P, 2] for positions [T] and frequencies [P]."""
    angles = positions[:, None] * inverse_frequencies
    return torch.stack((angles.cos(), angles.sin()), -1) * scale


def rope(x: Tensor, table: Tensor, *, interleaved: bool) -> Tensor:
    """Return x [T, H, 2P] with pairs (2i, 2i+1), or (i, i+P), turned by the table [T, P, 2]."""
    shape = (-1, 2) if interleaved else (2, -1)
    first, second = torch.unflatten(x, -1, shape).unbind(-1 if interleaved else -2)
    cosine, sine = table[:, None, :, 0], table[:, None, :, 1]
    turned = (first * cosine - second * sine, first * sine + second * cosine)
    return torch.stack(turned, -1 if interleaved else -2).flatten(-2)


def store_rows(rows: Tensor, places: Tensor, cache: Tensor) -> None:
    """Write cache[places[t]] = rows[t]; see `CacheType` for what the cache can be."""
    cache[places.long()] = to_cache(rows, cache_type_of(cache))


def to_cache(rows: Tensor, kind: CacheType) -> Tensor:
    """Return values [.., W] as a cache of that type holds them."""
    if kind is not CacheType.Q8_0:
        return rows.to(kind.dtype)
    blocks = torch.unflatten(rows.float(), -1, (-1, BLOCK))
    step = blocks.abs().amax(-1, keepdim=True) / 127
    numbers = (blocks * torch.where(step == 0, 0, 1 / step)).round().to(torch.int8)
    bytes_ = torch.cat((step.half().view(torch.uint8), numbers.view(torch.uint8)), -1)
    return bytes_.flatten(-2)


def load_rows(cache: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the values [.., W] of a cache, or of a head's part of it."""
    if cache_type_of(cache) is not CacheType.Q8_0:
        return cache.to(dtype)
    blocks = torch.unflatten(cache, -1, (-1, CacheType.Q8_0.row_bytes(BLOCK)))
    step = blocks[..., :2].contiguous().view(torch.float16).to(dtype)
    return (step * blocks[..., 2:].contiguous().view(torch.int8).to(dtype)).flatten(-2)


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    positions: Tensor,
    scale: float,
    *,
    places: Tensor | None = None,
    window: int = 0,
    chunk: int = 0,
    sinks: Tensor | None = None,
) -> Tensor:
    """Return [T, H, Dv] for q [T, H, Dk] over caches k [C, KVH, Dk] and v [C, KVH, Dv] of any type.

    Token t has the row places[t], if not None, else positions[t]; those in front of it are its
    sequence's from position 0 on. It sees itself and these: all, the last `window` of them, or
    those from a position on that is a multiple of `chunk`; other rows may hold anything. Head h
    reads key head h // (H // KVH). sinks [H]: scores that take part in the softmax, but have no
    value.
    """
    places = positions if places is None else places
    # Position of each row in the sequence of each token; before it, others stand.
    row = torch.arange(int(places.max()) + 1, device=places.device) - (places - positions)[:, None]
    position = positions[:, None]
    seen = (row >= 0) & (row <= position)
    if window:
        seen &= row > position - window
    if chunk:
        seen &= row >= position - position % chunk
    used = seen.any(0).nonzero().flatten()
    repeats = q.shape[1] // k.shape[1]
    keys = load_rows(k[used], q.dtype).repeat_interleave(repeats, 1)
    values = load_rows(v[used], q.dtype).repeat_interleave(repeats, 1)
    scores = torch.einsum("thd,chd->thc", q, keys) * scale
    scores = scores.masked_fill(~seen[:, None, used], -torch.inf)
    if sinks is not None:
        scores = torch.cat((scores, sinks.to(q.dtype)[:, None].expand(len(q), -1, -1)), -1)
    return torch.einsum("thc,chd->thd", scores.softmax(-1)[..., : len(used)], values)


def temperatures(positions: Tensor, length: int, scale: float) -> Tensor:
    """Return what queries are multiplied by, [T, 1]: it grows with each `length` positions."""
    passed = torch.div(positions + 1, length, rounding_mode="floor")
    return (1 + scale * torch.log1p(passed.float())).unsqueeze(1)


def bias_rows(x: Tensor, bias: Tensor) -> Tensor:
    """Return x [T, D] plus bias [D]."""
    return x + bias


def weigh_rows(x: Tensor, weights: Tensor, *, logits: bool) -> Tensor:
    """Return x [T, D] times weights [T, 1], or times their sigmoids."""
    return x * (weights.sigmoid() if logits else weights)


def activate(gate: Tensor, up: Tensor, activation: str) -> Tensor:
    """Return what becomes of gate and up, [..]. `clamped_silu` is that of gpt-oss."""
    match activation:
        case "silu":
            return functional.silu(gate) * up
        case "gelu":
            return functional.gelu(gate, approximate="tanh") * up
        case "gelu_erf":
            return functional.gelu(gate) * up
        case "clamped_silu":
            gate, up = gate.clamp(max=7), up.clamp(-7, 7)
            return gate * torch.sigmoid(1.702 * gate) * (up + 1)
        case _:
            raise ValueError(activation)


def mlp(x: Tensor, gate: Tensor, up: Tensor, down: Tensor, activation: str) -> Tensor:
    """Return [T, D] for x [T, D]; gate, up [F, D]; down [D, F]."""
    return activate(x @ gate.T, x @ up.T, activation) @ down.T


def router(
    logits: Tensor,
    bias: Tensor | None,
    *,
    experts_per_token: int,
    gating: Literal["softmax", "sigmoid"],
    groups: int,
    groups_used: int,
    normalize: bool,
    scale: float,
) -> tuple[Tensor, Tensor]:
    """Return the ids and weights [T, K] of each token's experts, best first, for logits [T, E].

    The bias [E] counts for the choice only. With groups, only the experts of the best are chosen:
    a group's score is its best choice, with sigmoid gating the sum of its two best.
    """
    scores = logits.sigmoid() if gating == "sigmoid" else logits.softmax(-1)
    choices = scores if bias is None else scores + bias
    if groups > 1:
        members = torch.unflatten(choices, -1, (groups, -1))
        best = min(2 if gating == "sigmoid" else 1, members.shape[-1])
        group_scores = members.topk(best).values.sum(-1)
        used = group_scores.topk(groups_used).indices
        kept = torch.zeros_like(group_scores, dtype=torch.bool).scatter(-1, used, value=True)
        choices = members.masked_fill(~kept[..., None], -torch.inf).flatten(-2)
    # A stable sort gives a tie to the lower id.
    ids = choices.sort(dim=-1, descending=True, stable=True).indices[..., :experts_per_token]
    weights = scores.gather(-1, ids)
    if normalize:
        weights = weights / (weights.sum(-1, keepdim=True) + 1e-20)
    return ids, weights * scale


def part_by_weight(
    ids: Tensor, weights: Tensor, light: int
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return ids and weights of each token's heavy experts, and those of its `light` lightest.

    ids, weights [T, K]. Of equal weights the later is lighter; both parts keep their order.
    """
    heavy = weights.shape[-1] - light
    order = weights.sort(dim=-1, descending=True, stable=True).indices
    first, last = (part.sort(-1).values for part in (order[:, :heavy], order[:, heavy:]))
    return (
        (ids.gather(-1, first), weights.gather(-1, first)),
        (ids.gather(-1, last), weights.gather(-1, last)),
    )


def experts(
    x: Tensor,
    gate: Tensor,
    up: Tensor,
    down: Tensor,
    ids: Tensor,
    weights: Tensor,
    *,
    activation: str = "silu",
    gate_bias: Tensor | None = None,
    up_bias: Tensor | None = None,
    down_bias: Tensor | None = None,
) -> Tensor:
    """Return the weighted sum [T, D] of each token's experts.

    x [T, D]; gate, up [E, F, D]; down [E, D, F]; ids, weights [T, K]; biases [E, F] or [E, D].
    """

    def product(matrix: Tensor, bias: Tensor | None, expert: int, x: Tensor) -> Tensor:
        return matrix[expert] @ x + (0 if bias is None else bias[expert])

    out = torch.zeros_like(x)
    for token, k in itertools.product(range(ids.shape[0]), range(ids.shape[1])):
        expert = int(ids[token, k])
        raised = product(up, up_bias, expert, x[token])
        hidden = activate(product(gate, gate_bias, expert, x[token]), raised, activation)
        out[token] += weights[token, k] * product(down, down_bias, expert, hidden)
    return out
