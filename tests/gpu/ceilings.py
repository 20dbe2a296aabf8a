# SPDX-License-Identifier: Apache-2.0
"""What this machine can do: the rates that kernels are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ktdesk.devices.cuda import CudaDevice
from ktdesk.probes.cards import bus_bytes_per_s
from ktdesk.probes.timing import time_launches

_BYTES = 1 << 30
_SIZE = 8192  # of the matrices whose product shows the peak


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Bytes per second of memory (read and written) and of the bus; operations per second.

    bf16: what torch's own product reaches, 0 without a torch that knows this card.
    """

    copy: float
    to_card: float
    from_card: float
    bf16: float


def measure_ceilings(device: CudaDevice) -> Ceilings:
    """Measure them, for about a second."""
    source, target = (device.empty(_BYTES, dtype=torch.uint8) for _ in range(2))
    time = time_launches(device, [lambda: device.copy(source, target)], rounds=4)
    to_card, from_card = bus_bytes_per_s(device, _BYTES // 4)
    return Ceilings(
        copy=2 * _BYTES / (1e-6 * time.median_us),
        to_card=to_card,
        from_card=from_card,
        bf16=_torch_bf16(),
    )


def _torch_bf16() -> float:
    if not torch.cuda.is_available():
        return 0.0
    a, b = (torch.randn(_SIZE, _SIZE, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    for _ in range(5):
        a @ b
    start.record()
    for _ in range(20):
        a @ b
    end.record()
    torch.cuda.synchronize()
    rate = 2 * _SIZE**3 * 20 / (start.elapsed_time(end) * 1e-3)
    del a, b
    torch.cuda.empty_cache()
    return rate
