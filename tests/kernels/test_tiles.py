# SPDX-License-Identifier: Apache-2.0
"""Products of activations in bfloat16, on tiles: those of the CPU, if any, and emulated ones."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk import _native
from ktdesk._native import Stream
from ktdesk.errors import KernelError
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import native, reference
from ktdesk.kernels.activations import LEAST_TILE_TOKENS, activation_type
from ktdesk.kernels.streams import open_stream
from tests.compare import assert_close
from tests.kernels.samples import make_weight, random, strided, values_of

ROUNDED = 1e-5
ROUNDED_REASON = (
    "two factors rounded by up to 2^-8 of a mantissa between 1 and 2: 5.5e-6, for few sums more"
)

ON_TILES = [kind for kind in WeightType if kind not in (WeightType.F32, WeightType.F16)]
types = pytest.mark.parametrize("kind", ON_TILES, ids=lambda kind: kind.name)


@pytest.fixture
def stream(cpu_stream: Stream) -> Stream:
    return cpu_stream


@pytest.fixture(params=["amx", "amx_emulated"])
def tiles(request: pytest.FixtureRequest) -> Stream:
    stream = open_stream(2, request.param)
    usable = stream.has_tiles and (request.param == "amx_emulated" or "amx" in _native.isas())
    if not usable:
        pytest.skip(f"this machine cannot run {request.param}")
    return stream


def rounded(stream: Stream, x: Tensor) -> Tensor:
    """Return x in bfloat16, each row followed by values that are not numbers."""
    out = strided(torch.full(x.shape, torch.nan, dtype=torch.bfloat16))
    native.to_bf16(stream, strided(x), out)
    return out


def product(stream: Stream, weight: Weight, x: Tensor, outputs: int) -> Tensor:
    out = strided(torch.full((*x.shape[:2], outputs), torch.nan))
    native.linear(stream, weight, rounded(stream, x), out)
    return out


@types
@pytest.mark.parametrize("tokens", [9, 15, 16, 17, 31, 33, 100])
def test_linear(tiles: Stream, kind: WeightType, tokens: int) -> None:
    """Tiles that are full and not, and columns of more than one pass."""
    columns = kind.block_size * 3 if kind.block_size > 64 else 320
    for outputs in (17, 37, 64):
        weight = make_weight(kind, outputs, columns)
        x = random(tokens, 1, columns)
        expected = reference.linear(x.double(), values_of(weight).unsqueeze(0))
        assert_close(product(tiles, weight, x, outputs), expected, ROUNDED, ROUNDED_REASON)


@types
def test_groups(tiles: Stream, kind: WeightType) -> None:
    groups, outputs, columns = 3, 18, max(64, kind.block_size)
    weight = make_weight(kind, groups * outputs, columns)
    x = random(11, groups, columns)
    expected = reference.linear(x.double(), values_of(weight).unflatten(0, (groups, outputs)))
    assert_close(product(tiles, weight, x, outputs), expected, ROUNDED, ROUNDED_REASON)


def test_more_tokens_and_rows_than_are_kept(tiles: Stream) -> None:
    if tiles.has_tiles and "amx" not in _native.isas():
        pytest.skip("emulated tiles take too long")
    weight, x = make_weight(WeightType.Q4_K, 300, 256), random(1100, 1, 256)
    expected = reference.linear(x.double(), values_of(weight).unsqueeze(0))
    assert_close(product(tiles, weight, x, 300), expected, ROUNDED, ROUNDED_REASON)


@types
def test_emulated_tiles_compute_what_the_cpu_computes(kind: WeightType) -> None:
    if "amx" not in _native.isas():
        pytest.skip("this machine has no tiles")
    weight, x = make_weight(kind, 37, 512), random(33, 1, 512)
    real, emulated = (
        product(open_stream(1, isa), weight, x, 37) for isa in ("amx", "amx_emulated")
    )
    assert torch.equal(real, emulated)


def test_results_do_not_depend_on_threads(tiles: Stream) -> None:
    weight, x = make_weight(WeightType.Q6_K, 150, 512), random(20, 1, 512)
    isa = "amx" if "amx" in _native.isas() else "amx_emulated"
    one, three = (product(open_stream(count, isa), weight, x, 150) for count in (1, 3))
    assert torch.equal(one, three)


def test_the_form_is_chosen_by_weight_and_tokens(tiles: Stream) -> None:
    blocks, halves = make_weight(WeightType.Q8_0, 2, 64), make_weight(WeightType.F16, 2, 64)
    assert activation_type(tiles, blocks, LEAST_TILE_TOKENS) == torch.bfloat16
    assert activation_type(tiles, blocks, LEAST_TILE_TOKENS - 1) == torch.uint8
    assert activation_type(tiles, halves, 100) == torch.float32
    narrow = make_weight(WeightType.BF16, 2, 48)
    assert activation_type(tiles, narrow, 100) == torch.float32
    assert activation_type(open_stream(1, "avx2"), blocks, 100) == torch.uint8


def test_without_tiles_bfloat16_is_refused() -> None:
    weight = make_weight(WeightType.Q8_0, 6, 64)
    x, stream = torch.zeros(2, 1, 64, dtype=torch.bfloat16), open_stream(1, "avx2")
    with pytest.raises(KernelError, match=r"x must be torch\.uint8"):
        native.linear(stream, weight, x, torch.zeros(2, 1, 6))
