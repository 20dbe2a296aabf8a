# SPDX-License-Identifier: Apache-2.0
"""What a repository offers, as a table: a row for each quantisation, its shards together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from ktdesk.errors import format_bytes
from ktdesk.library.hub.listing import Variant
from ui.library.amounts import tokens_text
from ui.theme import Theme
from ui.widgets.fits import FIT_ICONS, fit_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_LABEL, _PARTS, _SIZE, _VERDICT, _SPEED = range(5)
_NUMBERS = (_PARTS, _SIZE, _SPEED)
# What sets an offer apart: icon, and its colour.
_MARKS = {
    "missing": ("warning", "warning_text"),
    "kept": ("shelf", "accent"),
    "recommended": ("star", "accent"),
}
_SIDES = {True: Qt.AlignmentFlag.AlignRight, False: Qt.AlignmentFlag.AlignLeft}


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


class OfferTable(QAbstractTableModel):
    """Label, parts, size, verdict, speed."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._offers: Sequence[Offer] = ()
        theme.changed.connect(self.retranslate)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Show others; of the same ones only what is known of them by now."""
        before, files = self._offers, [offer.variant for offer in offers]
        if files == [offer.variant for offer in before]:
            self._offers = offers
            for at, (old, new) in enumerate(zip(before, offers, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(at, 0), self.index(at, _SPEED))
            return
        self.beginResetModel()
        self._offers = offers
        self.endResetModel()

    def offer(self, row: int) -> Offer | None:
        """Return the offer of a row."""
        return self._offers[row] if 0 <= row < len(self._offers) else None

    def retranslate(self) -> None:
        """Say it in the present language, with the icons of the present theme."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, _SPEED)
        if self._offers:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._offers) - 1, _SPEED))

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return the number of offers."""
        return 0 if parent.isValid() else len(self._offers)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return 5."""
        return 0 if parent.isValid() else _SPEED + 1

    def headerData(  # noqa: N802, RUF100 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Quantisation"), self.tr("Parts"), self.tr("Size"), self.tr("Here"),
                self.tr("Answers"),
            )[section]  # fmt: skip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _SIDES[section in _NUMBERS] | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a role asks for."""
        if not index.isValid():
            return None
        offer, column = self._offers[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._texts(offer)[column]
            case Qt.ItemDataRole.DecorationRole if column == _VERDICT and offer.fit:
                return self._theme.icon(*FIT_ICONS[offer.fit])
            case Qt.ItemDataRole.DecorationRole if column == _LABEL:
                mark = _mark(offer)
                return self._theme.icon(*_MARKS[mark]) if mark else None
            case Qt.ItemDataRole.ForegroundRole if column == _VERDICT and offer.fit:
                return self._theme.colour(FIT_ICONS[offer.fit][1])
            case Qt.ItemDataRole.FontRole if column == _LABEL:
                return _weighted(offer.is_recommended)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _SIDES[column in _NUMBERS] | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(filter(None, (self._mark_text(offer), offer.problem)))
            case Qt.ItemDataRole.AccessibleTextRole:
                label, *others = self._texts(offer)
                return ", ".join(filter(None, (label, self._mark_text(offer), *others)))
            case _:
                return None

    def _texts(self, offer: Offer) -> tuple[str, ...]:
        variant = offer.variant
        verdict = fit_text(offer.fit) if offer.fit else self.tr("Not known yet")
        if offer.problem:
            verdict = self.tr("Cannot be told")
        return (
            variant.label,
            str(len(variant.files)),
            format_bytes(variant.size_bytes),
            verdict,
            tokens_text(offer.low, offer.high),
        )

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
