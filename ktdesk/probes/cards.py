# SPDX-License-Identifier: Apache-2.0
"""How fast a card reads its memory, the bus in both directions, and its products."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ktdesk.devices.cuda import CudaDevice
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.hardware.machine import GpuSpeeds
from ktdesk.kernels import native
from ktdesk.kernels.gpu_tensors import gpu_address
from ktdesk.probes.products import random_q4_k
from ktdesk.probes.timing import time_launches

BUDGET_BYTES = 2 << 30  # what the probe may take of a card, the driver's context included

_BUS_BYTES = 256 << 20
_READ_SIZE, _READ_COPIES = 8192, 8  # 570 MB of Q8_0 in all: more than caches hold
_PRODUCT_SIZE, _TOKENS = 4096, 1024


def probe_card(device: CudaDevice) -> GpuSpeeds:
    """Return the speeds of a card, of whose memory `BUDGET_BYTES` should be free."""
    to_card, from_card = bus_bytes_per_s(device, _BUS_BYTES)
    return GpuSpeeds(
        read_bytes_per_s=read_bytes_per_s(device, _READ_SIZE, _READ_COPIES),
        to_card_bytes_per_s=to_card,
        from_card_bytes_per_s=from_card,
        bf16_ops_per_s=product_ops_per_s(device, _PRODUCT_SIZE, _TOKENS),
    )


def bus_bytes_per_s(device: CudaDevice, size_bytes: int) -> tuple[float, float]:
    """Return what is copied to the card, and from it, between it and pinned memory."""
    card = device.empty(size_bytes, dtype=torch.uint8)
    host = device.pinned(size_bytes, dtype=torch.uint8)
    on_card, off = gpu_address(card), host.data_ptr()
    to_card = _seconds(device, [lambda: device.stream.copy(on_card, off, size_bytes)])
    from_card = _seconds(device, [lambda: device.stream.copy(off, on_card, size_bytes)])
    return size_bytes / to_card, size_bytes / from_card


def read_bytes_per_s(device: CudaDevice, size: int, copies: int) -> float:
    """Return what a token's products read of weights. size: of square matrices of Q8_0."""
    kind = WeightType.Q8_0
    weights: list[Weight] = []
    for _ in range(copies):
        data = device.empty(size, kind.row_bytes(size), dtype=torch.uint8)
        device.stream.fill(gpu_address(data), 0, data.nbytes)
        weights.append(Weight("probe", kind, (size, size), data))
    x, out = device.zeros(1, 1, size), device.empty(1, 1, size)

    def launch(weight: Weight) -> Callable[[], None]:
        return lambda: native.linear(device.stream, weight, x, out)

    return size * kind.row_bytes(size) / _seconds(device, [launch(weight) for weight in weights])


def product_ops_per_s(device: CudaDevice, size: int, tokens: int) -> float:
    """Return the rate of a prompt's products with a square matrix of Q4_K."""
    stored = random_q4_k(size, size)
    data = device.empty(*stored.shape, dtype=torch.uint8)
    device.write(data, stored)
    weight = Weight("probe", WeightType.Q4_K, (size, size), data)
    x = device.constant(torch.randn(tokens, 1, size, generator=torch.Generator().manual_seed(0)))
    out = device.empty(tokens, 1, size)
    seconds = _seconds(device, [lambda: native.linear(device.stream, weight, x, out)])
    return 2.0 * size * size * tokens / seconds


def _seconds(device: CudaDevice, launches: list[Callable[[], object]]) -> float:
    return max(1e-6 * time_launches(device, launches, rounds=4).median_us, 1e-9)
