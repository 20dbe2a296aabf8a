# SPDX-License-Identifier: Apache-2.0
"""What this machine can do: the rates that kernels are compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from ktdesk.devices.cuda import CudaDevice
from ktdesk.probes.cards import bus_bytes_per_s
from ktdesk.probes.timing import time_launches

_BYTES = 1 << 30
_SIZE = 8192  # of the matrices whose product shows the peak
_WARM_UPS, _ROUNDS = 5, 20


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Bytes per second of memory (read and written) and of the bus; operations per second.

    copy: torch's, or where there is no torch that knows this card a slower one in a graph. bf16:
    what torch's own product reaches, 0 without such a torch.
    """

    copy: float
    to_card: float
    from_card: float
    bf16: float


def measure_ceilings(device: CudaDevice) -> Ceilings:
    """Measure them, for about a second."""
    to_card, from_card = bus_bytes_per_s(device, _BYTES // 4)
    has_torch = torch.cuda.is_available()
    return Ceilings(
        copy=_torch_copy() if has_torch else _graph_copy(device),
        to_card=to_card,
        from_card=from_card,
        bf16=_torch_bf16() if has_torch else 0.0,
    )


def _graph_copy(device: CudaDevice) -> float:
    source, target = (device.empty(_BYTES, dtype=torch.uint8) for _ in range(2))
    time = time_launches(device, [lambda: device.copy(source, target)], rounds=4)
    return 2 * _BYTES / (1e-6 * time.median_us)


def _torch_copy() -> float:
    source, target = (torch.empty(_BYTES, device="cuda", dtype=torch.uint8) for _ in range(2))
    return 2 * _BYTES / _torch_seconds(lambda: target.copy_(source))


def _torch_bf16() -> float:
    a, b = (torch.randn(_SIZE, _SIZE, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    return 2 * _SIZE**3 / _torch_seconds(lambda: a @ b)


def _torch_seconds(work: Callable[[], object]) -> float:
    """Return the mean of twenty rounds, after five; give back what torch holds."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    for _ in range(_WARM_UPS):
        work()
    start.record()
    for _ in range(_ROUNDS):
        work()
    end.record()
    torch.cuda.synchronize()
    seconds = start.elapsed_time(end) * 1e-3 / _ROUNDS
    torch.cuda.empty_cache()
    return seconds
