# SPDX-License-Identifier: Apache-2.0
"""What a repository offers, as a table: a row for each quantisation, its shards together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from ktdesk.errors import format_bytes
from ktdesk.library.hub.listing import Variant
from ui.library.amounts import tokens_text
from ui.widgets.fits import FIT_ICONS, fit_text
from ui.widgets.row_table import RowTable

# What sets an offer apart: icon, and its colour.
_MARKS = {
    "missing": ("warning", "warning_text"),
    "kept": ("shelf", "accent"),
    "recommended": ("star", "accent"),
}


class Column(IntEnum):
    """What is said of an offer."""

    LABEL = 0
    PARTS = 1
    SIZE = 2
    VERDICT = 3
    SPEED = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """A quantisation that can be had, and what it would do here.

    fit: a code of `ktdesk.planning`; '' while that is not known. low, high: tokens per second of
    an answer. problem: why there is no verdict; or ''. is_kept: it is on this machine already.
    is_wanted: what was searched for names it.
    """

    variant: Variant
    fit: str = ""
    low: float = 0.0
    high: float = 0.0
    problem: str = ""
    is_recommended: bool = False
    is_kept: bool = False
    is_wanted: bool = False


class OfferTable(RowTable[Offer]):
    """Quantisations; of each also what sets it apart."""

    columns, numbers = Column, (Column.PARTS, Column.SIZE, Column.SPEED)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Show others; of the same ones only what is known of them by now."""
        before, files = self._rows, [offer.variant for offer in offers]
        if files == [offer.variant for offer in before]:
            self._rows = offers
            for at, (old, new) in enumerate(zip(before, offers, strict=True)):
                if old != new:
                    self.tell(at, at)
            return
        self.beginResetModel()
        self._rows = offers
        self.endResetModel()

    def titles(self) -> Sequence[str]:
        """Return the titles of the columns."""
        return (
            self.tr("Quantisation"), self.tr("Parts"), self.tr("Size"), self.tr("Here"),
            self.tr("Answers"),
        )  # fmt: skip

    def text(self, row: Offer, column: int) -> str:
        """Return what a column says of an offer."""
        match Column(column):
            case Column.LABEL:
                return row.variant.label
            case Column.PARTS:
                return str(len(row.variant.files))
            case Column.SIZE:
                return format_bytes(row.variant.size_bytes)
            case Column.VERDICT if row.problem:
                return self.tr("Cannot be told")
            case Column.VERDICT:
                return fit_text(row.fit) if row.fit else self.tr("Not known yet")
            case Column.SPEED:
                return tokens_text(row.low, row.high)

    def look(self, row: Offer, column: int, role: int) -> Any:
        """Return icons, colours and weights, and what is to be said besides."""
        match role:
            case Qt.ItemDataRole.DecorationRole if column == Column.VERDICT and row.fit:
                return self._theme.icon(*FIT_ICONS[row.fit])
            case Qt.ItemDataRole.DecorationRole if column == Column.LABEL:
                mark = _mark(row)
                return self._theme.icon(*_MARKS[mark]) if mark else None
            case Qt.ItemDataRole.ForegroundRole if column == Column.VERDICT and row.fit:
                return self._theme.colour(FIT_ICONS[row.fit][1])
            case Qt.ItemDataRole.FontRole if column == Column.LABEL:
                return _weighted(row.is_recommended)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(filter(None, (self._mark_text(row), row.problem)))
            case _:
                return None

    def spoken(self, row: Offer) -> Iterable[str]:
        """Return what is read out: what sets it apart comes behind its name."""
        label, *others = super().spoken(row)
        return label, self._mark_text(row), *others

    def _mark_text(self, offer: Offer) -> str:
        return {
            "": "",
            "missing": self.tr("parts are missing"),
            "kept": self.tr("on this machine"),
            "recommended": self.tr("recommended"),
        }[_mark(offer)]


def _mark(offer: Offer) -> str:
    """Return what sets an offer apart from others."""
    if offer.variant.missing:
        return "missing"
    if offer.is_kept:
        return "kept"
    return "recommended" if offer.is_recommended else ""


def _weighted(is_strong: bool) -> QFont:
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold if is_strong else QFont.Weight.Normal)
    return font
