# SPDX-License-Identifier: Apache-2.0
"""The time of kernels with the shapes of DeepSeek-V3, and their share of what bounds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import native
from ktdesk.kernels.attention import attention
from ktdesk.kernels.experts import ExpertWeights, expert_plan, experts_down, experts_up, plan_size
from ktdesk.operators.attention import section_room
from ktdesk.probes.timing import time_launches
from tests.gpu.ceilings import Ceilings
from tests.kernels.blocks import random_blocks

_PAST_CACHES = 512 << 20  # of weights that launches take in turn


@dataclass(frozen=True, slots=True)
class Row:
    """A measured kernel. rate: bytes or operations per second. share: of the ceiling."""

    name: str
    median_us: float
    spread_us: float
    rate: float
    unit: str
    share: float


def kernel_rows(device: CudaDevice, ceilings: Ceilings) -> Iterator[Row]:
    """Yield a row per kernel and shape."""
    of_files = ("Q4_K", "Q6_K", "Q8_0", "Q5_K", "Q3_K", "Q2_K", "IQ4_XS", "Q4_0", "BF16", "F16")
    for name in (*of_files, "Q4_G32", "Q4_G64", "Q4_G128"):
        yield _gemv(device, ceilings, WeightType[name], 16384, 7168, 1)
    for tokens in (2, 4, 8):
        yield _gemv(device, ceilings, WeightType.Q4_K, 16384, 7168, tokens)
    for rows, columns in ((1536, 7168), (24576, 1536), (7168, 2048)):
        yield _gemv(device, ceilings, WeightType.Q4_K, rows, columns, 1)
    yield _gemm(device, ceilings, WeightType.Q4_K, 7168, 7168, 512)
    for name in ("Q4_K", "Q6_K", "BF16", "Q8_0", "Q4_0", "Q4_G32", "Q4_G64", "Q4_G128"):
        yield _gemm(device, ceilings, WeightType[name], 7168, 7168, 2048)
    yield _experts(device, ceilings, 1)
    for heads, rows in ((128, 4096), (128, 32768), (32, 32768), (16, 32768)):
        yield _latent_attention(device, ceilings, heads, rows)
    for heads, tokens, rows in ((16, 8192, 8192), (3, 8192, 32768)):
        yield _expanded_attention(device, ceilings, heads, tokens, rows)
    for dtype in (torch.float16, torch.bfloat16):
        yield _grouped_attention(device, ceilings, dtype, 8192, 32768)
    yield from _small(device)


def device_weight(device: CudaDevice, kind: WeightType, *shape: int, seed: int = 0) -> Weight:
    """Return random blocks on the card."""
    columns = shape[-1]
    count = int(np.prod(shape)) // kind.block_size
    few = min(count, 1 << 16)
    blocks = random_blocks(kind, few, np.random.default_rng(seed)).reshape(few, -1)
    rows = int(np.prod(shape[:-1]))
    data = np.resize(blocks, (count, blocks.shape[1])).reshape(rows, kind.row_bytes(columns))
    room = device.empty(*data.shape, dtype=torch.uint8)
    device.write(room, np.ascontiguousarray(data))
    return Weight(kind.name, kind, shape, room)


def filled(device: CudaDevice, *shape: int) -> Tensor:
    """Return random float32 values on the card."""
    return device.constant(torch.randn(shape, generator=torch.Generator().manual_seed(1)))


def past_caches(device: CudaDevice, weight: Weight) -> list[Weight]:
    """Return the weight as often as it takes to be larger than the card's caches."""
    assert isinstance(weight.data, Tensor)
    copies = [weight]
    for _ in range(_PAST_CACHES // weight.data.nbytes):
        room = device.empty(*weight.data.shape, dtype=torch.uint8)
        copies.append(replace(weight, data=room))
        device.copy(weight.data, room)
    return copies


def _row(
    name: str, launches: list[Callable[[], object]], device: CudaDevice, work: float, limit: float
) -> Row:
    time = time_launches(device, launches, rounds=2)
    rate = work / (time.median_us * 1e-6)
    unit = "B/s" if limit < 1e13 and work < 1e11 else "op/s"
    return Row(name, time.median_us, time.spread_us, rate, unit, rate / limit if limit else 0.0)


def _gemv(
    device: CudaDevice, ceilings: Ceilings, kind: WeightType, rows: int, columns: int, tokens: int
) -> Row:
    weights = past_caches(device, device_weight(device, kind, rows, columns))
    x, out = filled(device, tokens, 1, columns), device.empty(tokens, 1, rows)
    launches = [lambda w=w: native.linear(device.stream, w, x, out) for w in weights]
    size = rows * kind.row_bytes(columns)
    name = f"linear {kind.name} {rows}x{columns}, {tokens} tokens"
    return _row(name, launches, device, size, ceilings.copy)


def _gemm(
    device: CudaDevice, ceilings: Ceilings, kind: WeightType, rows: int, columns: int, tokens: int
) -> Row:
    weight = device_weight(device, kind, rows, columns)
    x, out = filled(device, tokens, 1, columns), device.empty(tokens, 1, rows)
    launch = [lambda: native.linear(device.stream, weight, x, out)]
    name = f"linear {kind.name} {rows}x{columns}, {tokens} tokens"
    row = _row(name, launch, device, 2.0 * rows * columns * tokens, ceilings.bf16)
    return replace(row, unit="op/s")


def _experts(device: CudaDevice, ceilings: Ceilings, tokens: int) -> Row:
    experts, used, width, hidden_width = 256, 8, 7168, 2048
    gate, up = (device_weight(device, WeightType.Q4_K, experts, hidden_width, width) for _ in "gu")
    down = device_weight(device, WeightType.Q4_K, experts, width, hidden_width)
    weights = ExpertWeights(gate, up, down)
    x, out = filled(device, tokens, width), device.empty(tokens, width)
    shares = filled(device, tokens, used)
    plan = device.empty(plan_size(tokens * used, experts), dtype=torch.int32)
    hidden = device.empty(tokens * used, hidden_width)

    def launch(first: int) -> Callable[[], object]:
        chosen = torch.arange(first, first + used, dtype=torch.int32).expand(tokens, used)
        ids = device.constant(chosen.contiguous())

        def run() -> None:
            expert_plan(device.stream, ids, plan, experts=experts)
            experts_up(device.stream, weights, x, x, plan, hidden)
            experts_down(device.stream, weights, hidden, plan, shares, None, out)

        return run

    launches = [launch(first) for first in range(0, experts, used)]
    size = used * 3 * hidden_width * WeightType.Q4_K.row_bytes(width)
    return _row("routed experts of V3, 8 of 256", launches, device, size, ceilings.copy)


def _latent_attention(device: CudaDevice, ceilings: Ceilings, heads: int, rows: int) -> Row:
    latent, rope = 512, 64
    q, out = filled(device, 1, heads, latent + rope), device.empty(1, heads, latent)
    room = section_room(device, out, 1)
    position = device.constant(torch.tensor([rows - 1], dtype=torch.int32))

    def launch() -> Callable[[], object]:
        cache = device.empty(rows, 1, latent + rope, dtype=torch.bfloat16)
        return lambda: attention(
            device.stream, q, cache, cache[..., :latent], position, out, 0.1, room, rounds=True
        )

    launches = [launch() for _ in range(16)]
    operations = 2.0 * heads * rows * (2 * latent + rope)
    name = f"latent attention, {heads} heads, {rows} rows"
    row = _row(name, launches, device, operations, ceilings.bf16)
    by_memory = rows * (latent + rope) * 2 / ceilings.copy
    bound_us = 1e6 * max(by_memory, operations / ceilings.bf16 if ceilings.bf16 else 0)
    return replace(row, unit="op/s", share=bound_us / row.median_us)


def _expanded_attention(
    device: CudaDevice, ceilings: Ceilings, heads: int, tokens: int, rows: int
) -> Row:
    """Over keys and values that are expanded from latents, of some heads at a time."""
    key, value = 192, 128
    caches = [
        device.empty(heads, rows, size, dtype=torch.bfloat16).transpose(0, 1)
        for size in (key, value)
    ]
    for cache in caches:
        native.to_bf16(device.stream, filled(device, *cache.shape), cache)
    name = f"expanded attention, {heads} heads, {tokens} tokens of {rows}"
    return _prompt_attention(name, device, ceilings, heads, tokens, caches)


def _grouped_attention(
    device: CudaDevice, ceilings: Ceilings, dtype: torch.dtype, tokens: int, rows: int
) -> Row:
    """With the heads of Qwen3-30B-A3B."""
    heads, kv_heads, size = 32, 4, 128
    values = torch.randn(rows, kv_heads, size, generator=torch.Generator().manual_seed(1))
    caches = [device.constant(values.to(dtype).view(torch.int16)).view(dtype) for _ in "kv"]
    name = f"grouped attention, 32 heads on 4, {tokens} tokens of {rows}, {dtype}"
    return _prompt_attention(name, device, ceilings, heads, tokens, caches)


def _prompt_attention(
    name: str,
    device: CudaDevice,
    ceilings: Ceilings,
    heads: int,
    tokens: int,
    caches: Sequence[Tensor],
) -> Row:
    """The last tokens of a prompt. caches: keys and values, [rows, heads of them, size]."""
    keys, values = caches
    (rows, _, key), value = keys.shape, values.shape[-1]
    q, out = filled(device, tokens, heads, key), device.empty(tokens, heads, value)
    room = section_room(device, out, keys.shape[1])
    positions = device.constant(torch.arange(rows - tokens, rows, dtype=torch.int32))
    launch = [
        lambda: attention(device.stream, q, keys, values, positions, out, 0.1, room, rounds=True)
    ]
    seen = tokens * (rows - tokens) + tokens * (tokens + 1) / 2
    return _row(name, launch, device, 2.0 * heads * seen * (key + value), ceilings.bf16)


def _small(device: CudaDevice) -> Iterator[Row]:
    """The kernels that only their launch bounds."""
    width, experts, used = 7168, 256, 8
    x, norm, out = filled(device, 1, width), filled(device, width), device.empty(1, width)
    logits, ids = filled(device, 1, experts), device.empty(1, used, dtype=torch.int32)
    weights, bias = device.empty(1, used), filled(device, experts)
    stream = device.stream

    def route() -> None:
        native.router(
            stream,
            logits,
            bias,
            ids,
            weights,
            gating="sigmoid",
            groups=8,
            groups_used=4,
            normalize=True,
            scale=2.5,
        )

    small: dict[str, Callable[[], object]] = {
        "rms_norm 7168": lambda: native.rms_norm(stream, x, norm, out, 1e-6),
        "add 7168": lambda: native.add(stream, x, out, out),
        "router 8 of 256": route,
    }
    for name, launch in small.items():
        time = time_launches(device, [launch], rounds=100)
        yield Row(name, time.median_us, time.spread_us, 0.0, "", 0.0)
