# SPDX-License-Identifier: Apache-2.0
"""The sources in a dialog: own servers and folders added and removed, and a test of their speed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ktdesk.errors import format_bytes
from ui.error_texts import say
from ui.library.folder_choice import ask_for_folder
from ui.library.sources_presenter import SourceRow, SourcesPresenter
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner
from ui.widgets.icon_button import IconButton
from ui.widgets.setting_texts import setting_text

_WIDTH, _LIST_HEIGHT = 620, 260
_BELOW = 10  # pixels between sources


class SourcesDialog(QDialog):
    """Changes are taken at once. Removing a source deletes nothing."""

    def __init__(self, presenter: SourcesPresenter, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._presenter, self._theme = presenter, theme
        self.field, self._about = QLineEdit(self), QLabel(self)
        self.add, self.add_folder = QPushButton(self), QPushButton(self)
        self.test, self._close = QPushButton(self), QPushButton(self)
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.banner = ErrorBanner(theme, self)
        self._rows: list[QWidget] = []
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 1)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        for button in (self.add, self.add_folder, self.test, self._close):
            button.setAutoDefault(False)  # Enter adds what is written
        self._lay_out()
        self.field.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        self.add_folder.clicked.connect(lambda: ask_for_folder(self, presenter.add))
        self.test.clicked.connect(self._test)
        self._close.clicked.connect(self.close)
        presenter.changed.connect(self.retranslate)
        presenter.failed.connect(self.banner.show_error)
        self.finished.connect(presenter.stop)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        now = self._presenter
        self.setWindowTitle(self.tr("Sources of models"))
        self.field.setPlaceholderText(self.tr("Address of a server, such as http://server/models"))
        self.field.setAccessibleName(self.tr("Address of a server"))
        self.add.setText(self.tr("Add"))
        self.add_folder.setText(self.tr("Add a folder…"))
        self.test.setText(self.tr("Stop") if now.is_measuring else self.tr("Test the speed"))
        self._close.setText(self.tr("Close"))
        measuring = self.tr("Fetching for some seconds from each source…")
        about = self.tr("The test fetches for some seconds from each source, and keeps nothing.")
        self._about.setText(measuring if now.is_measuring else about)
        for widget in self._rows:
            widget.hide()
            widget.deleteLater()
        self._rows.clear()
        for at, row in enumerate(now.rows):
            self._add_row(at, row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _add_row(self, at: int, row: SourceRow) -> None:
        """Show a source in two lines: its name and speed, then its address, or what is wrong."""
        title, speed = self._label(setting_text(row.title)), self._label(self._speed_text(row))
        below = (row.speed and say(row.speed.problem)) or (row.id if row.is_own else row.address)
        about = self._label("" if below == row.title else below)
        about.setObjectName("muted")
        about.setWordWrap(True)
        (title if about.isHidden() else about).setContentsMargins(0, 0, 0, _BELOW)
        self._grid.addWidget(title, 2 * at, 0)
        self._grid.addWidget(speed, 2 * at, 1)
        self._grid.addWidget(about, 2 * at + 1, 0, 1, 2)
        if row.is_own:
            remove = IconButton(self._theme, "close", self, colour="muted")
            remove.setObjectName("cardButton")
            remove.describe(self.tr("Remove {source} from the list").format(source=row.id))
            remove.clicked.connect(partial(self._presenter.remove, row.id))
            self._rows.append(remove)
            self._grid.addWidget(remove, 2 * at, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)

    def _label(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setHidden(not text)
        self._rows.append(label)
        return label

    def _speed_text(self, row: SourceRow) -> str:
        if row.speed is None or row.speed.problem:
            return ""
        text = self.tr("{speed}/s, begins after {seconds} s")
        speed = format_bytes(round(row.speed.bytes_per_s))
        return text.format(speed=speed, seconds=f"{row.speed.first_byte_s:.1f}")

    @Slot()
    def _add(self) -> None:
        if self.field.text().strip() and self._presenter.add(self.field.text()):
            self.field.clear()
            self.banner.hide()

    @Slot()
    def _test(self) -> None:
        self.banner.hide()
        if self._presenter.is_measuring:
            self._presenter.stop()
        else:
            self._presenter.measure()

    def _make_list(self) -> QScrollArea:
        body, area = QWidget(self), QScrollArea(self)
        body.setObjectName("column")
        whole = QVBoxLayout(body)
        whole.setContentsMargins(0, 0, 12, 0)
        whole.addLayout(self._grid)
        whole.addStretch()
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setMinimumHeight(_LIST_HEIGHT)
        return area

    def _lay_out(self) -> None:
        adding, foot = QHBoxLayout(), QHBoxLayout()
        adding.addWidget(self.field, 1)
        adding.addWidget(self.add)
        adding.addWidget(self.add_folder)
        foot.addWidget(self.test)
        foot.addStretch()
        foot.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self._make_list(), 1)
        column.addLayout(adding)
        column.addWidget(self.banner)
        column.addWidget(self._about)
        column.addLayout(foot)
