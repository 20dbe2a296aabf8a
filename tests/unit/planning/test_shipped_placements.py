# SPDX-License-Identifier: Apache-2.0
"""The placements that come with KTDesk, planned for the models and cards that they are for."""

from __future__ import annotations

import re
from functools import cache

import pytest

from ktdesk.errors import PlacementError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.placement import Placement, shipped_placements
from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU, Assignment
from ktdesk.planning.plan import Planner, Wishes
from tests.known.header import write_header
from tests.known.models import MODELS
from tests.known.others import OTHERS
from tests.unit.planning.machines import card, machine

FOR_A_MODEL = [placement for placement in shipped_placements() if placement.model]
# The model of each placement, by what its name begins with.
SHAPES = {
    "deepseek_r1": "DeepSeek-R1",
    "deepseek_v2": "DeepSeek-V2.5",
    "deepseek_v2_lite": "DeepSeek-V2-Lite",
    "ernie_4_5_21b": "ERNIE-4.5-21B-A3B",
    "ernie_4_5_300b": "ERNIE-4.5-300B-A47B",
    "glm_4_5": "GLM-4.5",
    "glm_4_5_air": "GLM-4.5-Air",
    "gpt_oss_120b": "gpt-oss-120b",
    "gpt_oss_20b": "gpt-oss-20b",
    "granite_3b": "Granite-3.1-3B-A800M",
    "hunyuan_a13b": "Hunyuan-A13B",
    "kimi_k2": "Kimi-K2",
    "ling_flash": "Ling-flash-2.0",
    "ling_mini": "Ling-mini-2.0",
    "llama_4_maverick": "Llama-4-Maverick",
    "llama_4_scout": "Llama-4-Scout",
    "minimax_m2": "MiniMax-M2",
    "mixtral_8x7b": "Mixtral-8x7B",
    "olmoe": "OLMoE-1B-7B",
    "qwen1_5_moe": "Qwen1.5-MoE-A2.7B",
    "qwen2_57b": "Qwen2-57B-A14B",
    "qwen3_235b": "Qwen3-235B-A22B",
    "qwen3_30b": "Qwen3-30B-A3B",
}


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory):
    """Return what plans a model by its name, on a machine of enough memory."""
    folder = tmp_path_factory.mktemp("shapes")
    shapes = MODELS | {name: model for name, (model, _) in OTHERS.items()}

    @cache
    def plan(name: str, cards: int, gib: int) -> Planner:
        path = folder / f"{name}.gguf"
        checkpoint = Checkpoint.open(path if path.exists() else write_header(shapes[name], path))
        return Planner(checkpoint, machine(2048, *[card(gib)] * cards))

    return plan


def read_name(name: str) -> tuple[str, int, int]:
    """Return the model, the number of cards and their memory that a placement's name tells."""
    found = re.fullmatch(r"(?P<model>\w+?)(?P<two>_two)?_(?P<gib>\d+)gb", name)
    assert found, name
    return SHAPES[found["model"]], 2 if found["two"] else 1, int(found["gib"])


def experts_on_cards(assignment: Assignment) -> int:
    """Return how many layers have all of their experts on cards."""
    routed = [each for each in assignment.placed if each.module.part is Part.ROUTED]
    at_home = {each.module.layer for each in routed if each.card == CPU}
    return len({each.module.layer for each in routed} - at_home)


@pytest.mark.parametrize("name", OTHERS)
def test_shapes_have_the_weights_that_their_makers_publish(name: str, planner) -> None:
    anatomy = planner(name, 1, 24).plan(Wishes(context_tokens=4096)).anatomy
    assert anatomy.weights / 1e9 == pytest.approx(OTHERS[name][1], rel=0.01)


def test_each_model_has_one_and_each_is_for_a_model() -> None:
    assert {read_name(placement.name)[0] for placement in FOR_A_MODEL} == set(SHAPES.values())


@pytest.mark.parametrize("placement", FOR_A_MODEL, ids=lambda each: each.name)
def test_it_fits_its_model_on_its_cards(placement: Placement, planner) -> None:
    name, cards, gib = read_name(placement.name)
    model: Planner = planner(name, cards, gib)
    context = 4096 if "4K tokens" in placement.about else 8192
    found = model.plan(Wishes(context_tokens=context, placement=placement))
    assert list(found.needs.cards) == list(range(cards))
    assert not found.verdict.shortages
    # It is about as good as what KTDesk would choose: what long prompts need may be left free.
    chosen = model.plan(Wishes(context_tokens=context))
    allowed = 2 * cards
    assert experts_on_cards(found.assignment) >= experts_on_cards(chosen.assignment) - allowed
    # KTDesk also fills what no whole layer fits into.
    assert found.decode[0].tokens_per_s.low > 0.85 * chosen.decode[0].tokens_per_s.low
    told = re.search(r"(\d+) of (\d+) layers", placement.about)
    if told:
        layers = len(found.anatomy.of(Part.ROUTED))
        numbers = [int(number) for number in told.groups()]
        assert numbers == [experts_on_cards(found.assignment), layers]


def test_one_for_another_architecture_is_refused(planner) -> None:
    mixtral = next(each for each in FOR_A_MODEL if each.name == "mixtral_8x7b_24gb")
    with pytest.raises(PlacementError, match="is for llama models; this one is a deepseek2"):
        planner("DeepSeek-R1", 1, 24).plan(Wishes(context_tokens=4096, placement=mixtral))
