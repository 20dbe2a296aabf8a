# SPDX-License-Identifier: Apache-2.0
"""With quantised weights, small models of every architecture prefer the tokens that llama.cpp does.

Both round activations to 8 bits before they meet such weights, each in its own way. That moves the
logits of a dense model by up to a twentieth of the largest, so only tokens that lead by more are
compared, about half of them, and all must be equal. In a model with experts it may also choose
another expert for a token, whose logits are then others altogether, as are the keys and values that
it leaves to later tokens: measured, with 0 to 6 tokens of a hundred. Up to ten may differ there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest
from gguf import GGMLQuantizationType

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.homes import Home, choose_copies
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import prefill
from tests.golden.retyped import write_quantised
from tests.integration.test_logits import MODELS, TOKENS
from tests.tiny.shared import Tiny


class Preferred(TypedDict):
    """The likeliest token after each one, and its lead as a share of the largest logit."""

    tokens: list[int]
    leads: list[float]


KINDS = ("Q8_0", "Q4_0")
LEAD = 0.05
ROUTED_SHARE = 0.9  # of the compared tokens of a model with experts
PREFERRED: dict[str, dict[str, Preferred]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "small_quantised.json").read_text("utf-8")
)


@pytest.fixture(scope="module", params=PREFERRED[KINDS[0]])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


def preferred(path: Path, home: Home, placement: str = "cpu_only") -> list[int]:
    """Return the token that a placement's operators prefer after each of TOKENS."""
    checkpoint, device = Checkpoint.open(path), CpuDevice(2)
    copied = choose_copies(checkpoint, home, 1 << 30, {})
    resources = Resources(checkpoint, device, 128, CacheType.F32, copied=copied)
    plan = make_plan(resources, Placement.load(placement))
    model = build_model(resources, plan, lambda share: None)
    return prefill(model, TOKENS, 0, outputs=len(TOKENS)).argmax(-1).tolist()


def compared(ours: list[int], theirs: Preferred) -> list[bool]:
    """Return whether tokens are equal, of those that lead clearly."""
    triples = zip(ours, theirs["tokens"], theirs["leads"], strict=True)
    return [our == their for our, their, lead in triples if lead > LEAD]


def equal_share(ours: list[int], theirs: Preferred) -> float:
    """Return the share of equal tokens among those that lead clearly."""
    equal = compared(ours, theirs)
    assert len(equal) >= 25, "too few to say anything"
    return sum(equal) / len(equal)


@pytest.mark.parametrize("kind", KINDS)
def test_llama_cpp_prefers_the_same_tokens(
    tiny: Tiny, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    theirs = PREFERRED[kind][request.node.callspec.params["tiny"]]
    path = write_quantised(tiny.path, tmp_path / "model.gguf", GGMLQuantizationType[kind])
    has_experts = any("_exps." in name for name in Checkpoint.open(path).tensors)
    least = ROUTED_SHARE if has_experts else 1.0
    homes: tuple[Home, Home] = ("mapped", "auto")
    for home in homes:
        assert equal_share(preferred(path, home), theirs) >= least, home


@pytest.mark.parametrize("kind", KINDS)
def test_operators_in_torch_do_not_depend_on_copies(tiny: Tiny, kind: str, tmp_path: Path) -> None:
    path = write_quantised(tiny.path, tmp_path / "model.gguf", GGMLQuantizationType[kind])
    mapped, copied = (preferred(path, home, "reference") for home in ("mapped", "auto"))
    assert mapped == copied


def test_what_four_bits_lose_is_seen() -> None:
    """The limits are worth something: the tokens of one type fail them as those of the other.

    Not with every model: Granite's logits are mostly those of the last token's own embedding.
    """
    eight, four = (PREFERRED[kind] for kind in KINDS)
    passed = [
        name for name in eight if equal_share(eight[name]["tokens"], four[name]) >= ROUTED_SHARE
    ]
    assert len(passed) <= len(eight) / 5, passed
