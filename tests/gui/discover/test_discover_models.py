# SPDX-License-Identifier: Apache-2.0
"""The list of models and the table of quantisations, without a page."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from pytestqt.modeltest import ModelTester

from tests.gui.fake_finder import GB, variant
from ui.library.hit_list import HitList, HitRow
from ui.library.offers import Offer, OfferTable
from ui.theme import Theme


def test_the_list_keeps_qt_s_rules_for_models(qapp) -> None:
    model = HitList()
    ModelTester(None).check(model)
    model.show_rows([HitRow(f"id{n}", f"title {n}") for n in range(250)])
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == 250
    told: list[int] = []
    model.dataChanged.connect(lambda first, last: told.append(first.row()))
    changed = [HitRow(f"id{n}", f"title {n}", fit="tight" if n == 7 else "") for n in range(250)]
    model.show_rows(changed)
    assert told == [7]
    model.show_rows([])
    assert model.rowCount() == 0


def test_the_table_of_quantisations_keeps_them_too(qapp, theme: Theme) -> None:
    model = OfferTable(theme)
    ModelTester(None).check(model)
    model.show_offers([Offer(variant("Q4_K_M", 2, GB))])
    model.show_offers([Offer(variant("Q4_K_M", 2, GB), fit="tight", low=1.0, high=2.0)])
    assert model.index(0, 3).data() == "Tight"
    model.show_offers([])
    assert model.rowCount() == 0
