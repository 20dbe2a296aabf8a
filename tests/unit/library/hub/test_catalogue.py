# SPDX-License-Identifier: Apache-2.0
"""Every model of the catalogue, planned on machines that people have."""

from __future__ import annotations

import pytest

from ktdesk.hardware.machine import Machine
from ktdesk.library.hub.catalogue import CatalogueEntry, read_catalogue
from ktdesk.library.hub.names import is_repository
from ktdesk.operators.placement import Placement, shipped_placements
from ktdesk.planning.plan import Wishes, plan_anatomy
from ktdesk.planning.verdict import Fit
from ktdesk.settings import EngineSettings
from tests.unit.planning.machines import card, machine

MACHINES = {
    "laptop": machine(16),
    "desktop": machine(64, card(8)),
    "192 GB": machine(192, card()),
    "workstation": machine(768, card(), card()),
}


@pytest.fixture(params=read_catalogue(), ids=lambda entry: entry.title)
def entry(request: pytest.FixtureRequest) -> CatalogueEntry:
    return request.param


def test_the_catalogue_is_in_order() -> None:
    entries = read_catalogue()
    sizes = [entry.shape.size_bytes for entry in entries]
    assert sizes == sorted(sizes)
    assert len({entry.title for entry in entries}) == len(entries)


def test_an_entry_says_where_it_can_be_had(entry: CatalogueEntry) -> None:
    assert entry.licence
    assert entry.maker
    assert entry.repositories
    assert all(is_repository(name) and "/" in name for name in entry.repositories)


@pytest.mark.parametrize("on", MACHINES.values(), ids=MACHINES)
def test_an_entry_is_planned(entry: CatalogueEntry, on: Machine) -> None:
    plan = entry.plan(on, EngineSettings())
    assert plan.decode[0].tokens_per_s.high > 0
    if on is MACHINES["workstation"]:
        assert plan.verdict.fit is Fit.COMFORTABLE
    if on is MACHINES["laptop"] and entry.shape.size_bytes > 16e9:
        assert plan.verdict.fit in (Fit.FROM_DISK, Fit.WILL_NOT_RUN)


@pytest.mark.parametrize(
    "placement",
    [placement for placement in shipped_placements() if not placement.model],
    ids=lambda each: each.name,
)
def test_every_placement_for_all_models_fits(entry: CatalogueEntry, placement: Placement) -> None:
    wishes = Wishes(context_tokens=4096, placement=placement)
    on = machine(5000, card(1000), card(1000))  # plain torch holds every weight as a float32
    assert plan_anatomy(entry.shape.anatomy(), on, wishes).verdict.fit is Fit.COMFORTABLE
