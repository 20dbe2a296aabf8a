# SPDX-License-Identifier: Apache-2.0
"""Products by torch's own kernels beside ours: bfloat16, and int4 codes with a scale for 128."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from ktdesk.devices.cuda import CudaDevice
from ktdesk.formats.quant import WeightType
from ktdesk.kernels import native
from ktdesk.probes.timing import time_launches
from tests.gpu.kernels import device_weight, filled, past_caches

_SIZE, _GROUP = 7168, 128
_COPIES = 24  # of an int4 weight: more than the caches hold
_TOKENS = (1, 16, 64, 256, 2048)
_RUNS = 7


@dataclass(frozen=True, slots=True)
class ProductRow:
    """Median microseconds of a product of a square weight with some tokens, by who computes it."""

    tokens: int
    microseconds: dict[str, float]


def product_rows(device: CudaDevice) -> Iterator[ProductRow]:
    """Yield a row per number of tokens; nothing without a torch that knows this card."""
    if not torch.cuda.is_available():
        return
    for tokens in _TOKENS:
        found = {f"KTDesk {kind.name}": _ours(device, kind, tokens) for kind in _kinds()}
        found["torch bfloat16"] = _by_torch(_plain(tokens))
        found["torch int4"] = _by_torch(_int4(tokens))
        yield ProductRow(tokens, found)


def _kinds() -> tuple[WeightType, ...]:
    return WeightType.Q4_K, WeightType["Q4_G128"], WeightType.BF16


def _ours(device: CudaDevice, kind: WeightType, tokens: int) -> float:
    x, out = filled(device, tokens, 1, _SIZE), device.empty(tokens, 1, _SIZE)
    weights = past_caches(device, device_weight(device, kind, _SIZE, _SIZE))
    launches = [lambda w=w: native.linear(device.stream, w, x, out) for w in weights]
    return time_launches(device, launches, rounds=2).median_us


def _x(tokens: int) -> torch.Tensor:
    return torch.randn(tokens, _SIZE, device="cuda", dtype=torch.bfloat16)


def _plain(tokens: int) -> list[Callable[[], object]]:
    x = _x(tokens)
    shape = (_COPIES // 4, _SIZE, _SIZE)
    weights = torch.randn(shape, device="cuda", dtype=torch.bfloat16)
    return [lambda w=w: x @ w.T for w in weights]


def _int4(tokens: int) -> list[Callable[[], object]]:
    x = _x(tokens)
    pairs = torch.randint(0, 256, (_SIZE, _SIZE // 2), device="cuda", dtype=torch.uint8)
    packed = torch.ops.aten._convert_weight_to_int4pack(pairs, 8)
    scales = torch.randn(_SIZE // _GROUP, _SIZE, 2, device="cuda", dtype=torch.bfloat16)
    weights = [packed.clone() for _ in range(_COPIES)]
    multiply = torch.ops.aten._weight_int4pack_mm
    return [lambda w=w: multiply(x, w, _GROUP, scales) for w in weights]


def _by_torch(launches: Sequence[Callable[[], object]]) -> float:
    """Return the median time of a launch, all of them replayed as one graph."""
    for launch in launches:
        launch()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for launch in launches:
            launch()
    times = list[float]()
    for _ in range(_RUNS):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        times.append(1e3 * start.elapsed_time(end) / len(launches))
    return statistics.median(times)
