# SPDX-License-Identifier: Apache-2.0
"""The table of published models, against headers with the models' true shapes."""

from __future__ import annotations

import pytest

from ktdesk.hardware.machine import Machine
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.rules import Part
from ktdesk.planning.dissection import dissect
from ktdesk.planning.known import KnownModel, known_models, plan_known
from ktdesk.planning.modules import Anatomy
from ktdesk.planning.plan import Wishes, make_plan
from ktdesk.settings import EngineSettings
from tests.known.models import MODELS
from tests.unit.planning.conftest import Known
from tests.unit.planning.machines import card, machine

MACHINES = {
    "laptop": machine(8),
    "no card": machine(64),
    "desktop": machine(192, card()),
    "workstation": machine(512, card()),
}


@pytest.fixture(params=known_models(), ids=lambda model: model.name)
def model(request: pytest.FixtureRequest) -> KnownModel:
    return request.param


def test_the_table_has_the_models_whose_shapes_are_known() -> None:
    sizes = {model.name: model.size_bytes for model in known_models()}
    assert sizes.keys() == MODELS.keys()
    assert list(sizes.values()) == sorted(sizes.values())


@pytest.mark.parametrize("cache_type", list(CacheType))
def test_its_figures_are_those_of_the_headers(
    known: Known, model: KnownModel, cache_type: CacheType
) -> None:
    told, read = model.anatomy(cache_type), dissect(known(model.name), cache_type)
    assert (told.layers, told.width) == (read.layers, read.width)
    within = {"rel": 0.01}  # the table has five digits
    for part in Part:
        assert told.bytes_of(part) == pytest.approx(read.bytes_of(part), **within)
    assert model.size_bytes == pytest.approx(read.size_bytes, **within)
    assert model.weights == pytest.approx(read.weights, **within)
    assert 2 * model.active_weights == pytest.approx(total(read, "operations"), rel=0.02)
    assert told.cache_bytes(8192) == read.cache_bytes(8192)
    for figure in (
        "read_bytes", "operations", "row_operations", "prompt_row_operations", "made_bytes"
    ):  # fmt: skip
        assert total(told, figure) == pytest.approx(total(read, figure), **within)


@pytest.mark.parametrize("on", MACHINES.values(), ids=MACHINES)
def test_its_plan_is_that_of_a_file(known: Known, model: KnownModel, on: Machine) -> None:
    told = plan_known(model, on, EngineSettings(context_tokens=4096))
    read = make_plan(known(model.name), on, Wishes(context_tokens=4096))
    assert told.verdict.fit is read.verdict.fit
    assert told.decode[0].limit is read.decode[0].limit
    # Layers are alike in the table, so on a card a layer of experts more or less may fit.
    for end in ("low", "high"):
        told_end, read_end = (getattr(p.decode[0].tokens_per_s, end) for p in (told, read))
        assert told_end == pytest.approx(read_end, rel=0.05)


def total(anatomy: Anatomy, figure: str) -> float:
    return sum(getattr(module, figure) for module in anatomy.modules)
