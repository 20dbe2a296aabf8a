# SPDX-License-Identifier: Apache-2.0
"""The downloads at the foot of a page: a line with their sum, and a card for each."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ktdesk.library.downloads.item import UNDER_WAY, Item, State
from ui.error_texts import say
from ui.library.asking import ask_to_remove
from ui.library.download_card import DownloadCard
from ui.library.download_presenter import DownloadPresenter
from ui.library.download_words import total_text
from ui.library.limits import Limits
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

_FULL = 1000  # of the bar
_LEAST_HEIGHT, _MOST_HEIGHT = 96, 240  # of the cards; more are scrolled


class DownloadsPanel(QFrame):
    """Hidden while the queue is empty. While it is not visible, it does nothing.

    failed: the KTDeskError of something that the user wanted of the queue.
    """

    failed = Signal(object)

    def __init__(
        self,
        presenter: DownloadPresenter,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("downloads")
        self._presenter, self._store, self._theme = presenter, store, theme
        self.cards: dict[str, DownloadCard] = {}
        self._title, self._total, self._notice = QLabel(self), QLabel(self), QLabel(self)
        self._title.setObjectName("heading")
        self._total.setObjectName("muted")
        self._notice.setObjectName("muted")
        self._notice.setWordWrap(True)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, _FULL)
        self._bar.setTextVisible(False)
        self.fold, self.all_button, self.limits, self.clear = (
            IconButton(theme, icon, self, colour="muted")
            for icon in ("down", "pause", "speed", "check")
        )
        self.clear.clicked.connect(presenter.clear_complete)
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._fold)
        self.all_button.clicked.connect(self._pause_or_resume)
        self.limits.clicked.connect(self._open_limits)
        self._area, self._column = self._make_area()
        self._lay_out()
        presenter.changed.connect(self._follow)
        presenter.failed.connect(self.failed)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self.tr("Downloads"))
        self.fold.describe(self.tr("Show or hide the single downloads"))
        self.limits.describe(self.tr("Speed limit and night hours"))
        self.clear.describe(self.tr("Clear the complete ones"))
        self._bar.setAccessibleName(self.tr("Progress of all downloads"))
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Catch up with what happened meanwhile."""
        super().showEvent(event)
        self._refresh()

    @Slot()
    def _follow(self) -> None:
        items = self._presenter.snapshot.items
        self.setVisible(bool(items))
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        snapshot = self._presenter.snapshot
        self.setVisible(bool(snapshot.items))
        totals = snapshot.totals
        self._total.setText(total_text(snapshot))
        self._bar.setValue(totals.done_bytes * _FULL // totals.size_bytes if totals.orders else 0)
        self._bar.setVisible(totals.orders > 0)
        self._notice.setText(say(snapshot.notice))
        self._notice.setVisible(bool(snapshot.notice))
        self._show_all_button()
        self._show_items(snapshot.items)

    def _show_all_button(self) -> None:
        states = {item.state for item in self._presenter.snapshot.items}
        goes_on = bool(states & set(UNDER_WAY))
        self.all_button.show_icon("pause" if goes_on else "play")
        self.all_button.describe(self.tr("Pause all") if goes_on else self.tr("Go on with all"))
        self.all_button.setVisible(goes_on or State.PAUSED in states)
        self.clear.setVisible(State.DONE in states)

    def _show_items(self, items: tuple[Item, ...]) -> None:
        for id_ in self.cards.keys() - {item.id for item in items}:
            card = self.cards.pop(id_)
            card.hide()
            card.deleteLater()
        for at, item in enumerate(items):
            card = self.cards.get(item.id) or self._add(item)
            card.show_item(item)
            card.show_place(is_first=at == 0, is_last=at == len(items) - 1)
            if self._column.indexOf(card) != at:
                self._column.insertWidget(at, card)

    def _add(self, item: Item) -> DownloadCard:
        sources = self._presenter.other_sources
        card = DownloadCard(item, sources, self._theme, self._area.widget())
        card.pause_wanted.connect(self._presenter.pause)
        card.resume_wanted.connect(self._presenter.resume)
        card.move_wanted.connect(self._presenter.move)
        card.source_wanted.connect(self._presenter.change_source)
        card.remove_wanted.connect(self._ask_to_remove)
        self.cards[item.id] = card
        return card

    @Slot(str)
    def _ask_to_remove(self, id_: str) -> None:
        if item := next((each for each in self._presenter.snapshot.items if each.id == id_), None):
            ask_to_remove(item, self._presenter, self)

    @Slot()
    def _pause_or_resume(self) -> None:
        if any(item.state in UNDER_WAY for item in self._presenter.snapshot.items):
            self._presenter.pause_all()
        else:
            self._presenter.resume_all()

    @Slot()
    def _open_limits(self) -> None:
        Limits(self._store, self).open_above(self.limits)

    @Slot(bool)
    def _fold(self, is_folded: bool) -> None:
        self._area.setVisible(not is_folded)
        self.fold.show_icon("up" if is_folded else "down")

    def _make_area(self) -> tuple[QScrollArea, QVBoxLayout]:
        body = QWidget(self)
        body.setObjectName("column")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addStretch()
        area = _Area(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        return area, column

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._total, 1)
        for button in (self.clear, self.all_button, self.limits, self.fold):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 6, 20, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._notice)
        column.addWidget(self._area)


class _Area(QScrollArea):
    """As high as what is in it, up to a limit."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100 - Qt's name
        """Ask for another height when a card comes, goes or unfolds."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return what all cards take, or the limit."""
        body = self.widget()
        height = body.sizeHint().height() if body else 0
        return QSize(super().sizeHint().width(), min(_MOST_HEIGHT, height))

    def minimumSizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return the height of about one card."""
        return QSize(
            super().minimumSizeHint().width(), min(_LEAST_HEIGHT, self.sizeHint().height())
        )
