# SPDX-License-Identifier: Apache-2.0
"""The Settings page: sections at the left, all settings in a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.crash_reports import CrashReports
from ui.preferences.folders_box import FoldersBox
from ui.preferences.model_folders import ModelFolders
from ui.preferences.presenter import FOLDERS, ORDER, SWITCH, PreferencesPresenter
from ui.preferences.privacy_box import PrivacyBox
from ui.preferences.section_box import SectionBox
from ui.preferences.setting_row import SettingRow
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner

MOST_WIDTH = 760
LIST_WIDTH = 172


class PreferencesPage(QWidget):
    """Changes are taken at once. One switch shows everything, here and on other pages."""

    def __init__(
        self,
        presenter: PreferencesPresenter,
        reports: CrashReports,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._presenter = presenter
        self.field, self.advanced = QLineEdit(self), QCheckBox(self)
        self.field.setClearButtonEnabled(True)
        self.reset = QPushButton(self)
        self.list = QListWidget(self)
        self.list.setObjectName("sections")
        self.list.setFixedWidth(LIST_WIDTH)
        self.banner = ErrorBanner(theme, self)
        self._more = QLabel(self)
        self._more.setObjectName("muted")
        self._more.setWordWrap(True)
        self._settings = {section: self._make_box(section, theme) for section in ORDER}
        self._folders, self._privacy = FoldersBox(self), PrivacyBox(reports, self)
        self._boxes = (*self._settings.values(), self._folders, self._privacy)
        for _ in self._boxes:
            self.list.addItem(QListWidgetItem())
        self._area = QScrollArea(self)
        self._lay_out()
        self.field.textChanged.connect(presenter.search)
        self.advanced.clicked.connect(self._switch)
        self.reset.clicked.connect(self._ask_to_reset)
        self.list.currentRowChanged.connect(self._go_to)
        presenter.shown_changed.connect(self._follow_search)
        presenter.value_changed.connect(self._follow_value)
        presenter.failed.connect(self.banner.show_error)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.field.setPlaceholderText(self.tr("Search the settings"))
        self.field.setAccessibleName(self.tr("Search the settings"))
        self.advanced.setText(self.tr("Advanced mode"))
        self.advanced.setToolTip(
            self.tr("Shows everything that can be set, and the rules of placements as text.")
        )
        self.reset.setText(self.tr("Reset all…"))
        self.list.setAccessibleName(self.tr("Sections"))
        loading = self.tr("Takes effect when a model is loaded the next time.")
        titles = {
            "interface": (self.tr("Window"), ""),
            "engine": (self.tr("Engine"), loading),
            "sampling": (self.tr("Answers"), ""),
            "models": (self.tr("Models"), ""),
            "downloads": (self.tr("Downloads"), ""),
            "sources": (self.tr("Sources"), ""),
            "network": (
                self.tr("Network"), self.tr("Takes effect when KTDesk is started the next time."),
            ),
            "server": (
                self.tr("Server"),
                self.tr("Takes effect when the server is started the next time."),
            ),
            "hardware": (
                self.tr("Hardware"), self.tr("In place of what KTDesk finds and measures."),
            ),
            "updates": (self.tr("Updates"), ""),
        }  # fmt: skip
        for section, box in self._settings.items():
            box.say(*titles[section])
        for other in (self._folders, self._privacy):
            other.retranslate()  # which would come later
        for at, box in enumerate(self._boxes):
            self.list.item(at).setText(box.title.text())
        self._follow_search()

    def _make_box(self, section: str, theme: Theme) -> SectionBox:
        keys = [key for key in self._presenter.all_keys() if key[0] == section]
        rows = [
            SettingRow(self._presenter, theme, *key, self) for key in keys if key not in FOLDERS
        ]
        box = SectionBox(rows, self)
        if section == "models":
            box.add_above(ModelFolders(self._presenter.store, theme, box))
        return box

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.field, 1)
        head.addWidget(self.advanced)
        head.addWidget(self.reset)
        body = QWidget(self)
        body.setObjectName("page")
        body.setMaximumWidth(MOST_WIDTH)
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 4, 20, 24)
        column.setSpacing(12)
        for widget in (self._more, *self._boxes):
            column.addWidget(widget)
        column.addStretch()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(body)
        parts = QHBoxLayout()
        parts.addWidget(self.list)
        parts.addWidget(self._area, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 0, 0)
        whole.setSpacing(12)
        head.setContentsMargins(0, 0, 20, 0)
        whole.addLayout(head)
        whole.addWidget(self.banner)
        whole.addLayout(parts, 1)

    @Slot()
    def _follow_search(self) -> None:
        self.advanced.setChecked(self._presenter.is_advanced)
        for at, box in enumerate(self._boxes):
            self.list.item(at).setHidden(not box.follow_search(self._presenter))
        self._follow_value()
        hidden = self._presenter.hidden_matches()
        said = self.tr("The advanced mode shows more of it: {count}").format(count=hidden)
        nothing = self.tr("Nothing is called so.")
        is_none = all(box.isHidden() for box in self._boxes) and not hidden
        self._more.setText(nothing if is_none else said)
        self._more.setVisible(bool(hidden) or is_none)

    @Slot()
    def _follow_value(self) -> None:
        self.reset.setEnabled(bool(self._presenter.changed_keys()))

    @Slot(int)
    def _go_to(self, at: int) -> None:
        if at >= 0:
            self._area.verticalScrollBar().setValue(self._boxes[at].y() - 4)

    @Slot(bool)
    def _switch(self, is_advanced: bool) -> None:
        self._presenter.set(*SWITCH, is_advanced)

    @Slot()
    def _ask_to_reset(self) -> None:
        count = len(self._presenter.changed_keys())
        buttons = QMessageBox.StandardButton
        question = QMessageBox(
            QMessageBox.Icon.Question,
            "KTDesk",
            self.tr("Give all settings the values that they have at first?"),
            buttons.Reset | buttons.Cancel,
            self,
        )
        question.setInformativeText(
            self.tr(
                "Changed ones: {count}. Folders of models stay, and so do the settings of single "
                "models."
            ).format(count=count)
        )
        question.setDefaultButton(buttons.Cancel)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.button(buttons.Reset).clicked.connect(self._presenter.reset_all)
        question.open()
