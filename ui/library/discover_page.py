# SPDX-License-Identifier: Apache-2.0
"""The page Discover: one field, what was found, what is offered, and the downloads below."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ktdesk.errors import KTDeskError
from ui.library.details_view import DetailsView
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.downloads_panel import DownloadsPanel
from ui.library.hit_delegate import HitDelegate
from ui.library.hit_list import HitList
from ui.library.places import Places
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.setting_texts import setting_text

_NARROW = 720  # narrower, list and details stand below one another


class DiscoverPage(QWidget):
    """Shows the catalogue until something is searched for.

    edit_sources: the user wants to see the sources, and change them.
    """

    edit_sources = Signal()

    def __init__(
        self,
        presenter: DiscoverPresenter,
        places: Places,
        downloads: DownloadsPanel,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._presenter, self._places = presenter, places
        self.field, self.sources, self.fits = QLineEdit(self), QComboBox(self), QCheckBox(self)
        self._search, self._edit = QPushButton(self), QPushButton(self)
        self._state = QLabel(self)
        self.banner = ErrorBanner(theme, self)
        self.hits, self.list = HitList(self), QListView(self)
        self.details = DetailsView(presenter, places, theme, self)
        self.downloads = downloads
        self._set_up_list(theme)
        self._lay_out()
        self._connect()
        self.retranslate()
        places.look()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.field.setPlaceholderText(self.tr("Words, owner/name, or an address"))
        self.field.setAccessibleName(self.tr("Search for models"))
        self._search.setText(self.tr("Search"))
        self.sources.setAccessibleName(self.tr("Source"))
        self._edit.setText(self.tr("Sources…"))
        self.fits.setText(self.tr("Hide what does not fit here"))
        self.list.setAccessibleName(self.tr("Models"))
        self._fill_sources()
        if not self._presenter.words:
            self._presenter.show_catalogue()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Look at the disks anew: other programs fill them too."""
        super().showEvent(event)
        self._places.look()
        self._presenter.look_again()

    @Slot()
    def follow_sources(self) -> None:
        """Offer the sources that there are by now."""
        self._presenter.follow_sources()
        self._fill_sources()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Put list and details below one another where there is no room for both."""
        super().resizeEvent(event)
        directions = Qt.Orientation
        is_narrow = event.size().width() < _NARROW
        self._split.setOrientation(directions.Vertical if is_narrow else directions.Horizontal)

    @Slot()
    def _refresh(self) -> None:
        now = self._presenter
        self.hits.show_rows(now.rows)
        self._state.setText(self._state_text())
        self._state.setVisible(bool(self._state.text()))
        self.list.setVisible(bool(now.rows))
        if now.error:
            self.banner.show_error(now.error, (self.tr("Try again"), now.again))
        elif now.is_looking:
            self.banner.hide()
        if (at := self.hits.find(now.chosen)).isValid():
            if at != self.list.currentIndex():
                self.list.setCurrentIndex(at)
        elif not now.chosen:
            self.list.clearSelection()

    def _state_text(self) -> str:
        now = self._presenter
        if now.is_looking:
            return self.tr("Searching…") if now.words else self.tr("Calculating what runs here…")
        if now.rows or now.error:
            return ""
        if now.hides_misfits:
            return self.tr("Nothing that fits this computer. Show the others as well?")
        return self.tr("Nothing was found. Try fewer words, or another source.")

    def _fill_sources(self) -> None:
        self.sources.blockSignals(True)
        self.sources.clear()
        for id_, title in self._presenter.sources:
            self.sources.addItem(setting_text(title), id_)
        self.sources.addItem(self.tr("All sources"), "")
        self.sources.setCurrentIndex(max(0, self.sources.findData(self._presenter.source)))
        self.sources.blockSignals(False)

    @Slot()
    def _submit(self) -> None:
        self._presenter.search(self.field.text())

    @Slot(str)
    def _follow_text(self, text: str) -> None:
        if not text and self._presenter.words:
            self._presenter.show_catalogue()

    @Slot(int)
    def _choose_source(self, at: int) -> None:
        self._presenter.choose_source(self.sources.itemData(at))

    @Slot(QItemSelection, QItemSelection)
    def _open(self, chosen: QItemSelection, before: QItemSelection) -> None:
        del before
        indexes: list[QModelIndex] = chosen.indexes()
        if indexes and (row := self.hits.row(indexes[0])) and row.id:
            self._presenter.choose(row.id)

    def _connect(self) -> None:
        self._presenter.changed.connect(self._refresh)
        for failed in (self._presenter.failed, self._places.failed, self.downloads.failed):
            failed.connect(self._show_error)
        self.field.returnPressed.connect(self._submit)
        self.field.textChanged.connect(self._follow_text)
        self._search.clicked.connect(self._submit)
        self._edit.clicked.connect(self.edit_sources)
        self.sources.activated.connect(self._choose_source)
        self.fits.toggled.connect(self._presenter.hide_misfits)
        self.list.selectionModel().selectionChanged.connect(self._open)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)

    @Slot(object)
    def _show_error(self, error: KTDeskError) -> None:
        if self.isVisible():  # else another page tells of it
            self.banner.show_error(error)

    @Slot()
    def _find(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _set_up_list(self, theme: Theme) -> None:
        self.list.setObjectName("hits")
        self.list.setModel(self.hits)
        self.list.setItemDelegate(HitDelegate(theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self.list.viewport().update)

    def _lay_out(self) -> None:
        self.field.setClearButtonEnabled(True)
        self.sources.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._state.setObjectName("muted")
        self._state.setWordWrap(True)
        left, filters = QWidget(self), QWidget(self)
        head, flow = QHBoxLayout(), FlowLayout(filters, 8)
        head.addWidget(self.field, 1)
        head.addWidget(self._search)
        self.fits.setMinimumHeight(self._edit.sizeHint().height())  # so that they are in line
        for widget in (self.sources, self._edit, self.fits):
            flow.addWidget(widget)
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 12, 8, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(filters)
        column.addWidget(self.banner)
        column.addWidget(self._state)
        column.addWidget(self.list, 1)
        column.addStretch()
        self._split = split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.details)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([430, 600])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(split, 1)
        whole.addWidget(self.downloads)
