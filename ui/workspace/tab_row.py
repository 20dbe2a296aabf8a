# SPDX-License-Identifier: Apache-2.0
"""The row of tabs, and beside them what can be done with panes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTabBar, QWidget

from ui.theme import Theme
from ui.widgets.icon_button import IconButton
from ui.workspace.layout import Tab
from ui.workspace.presenter import Workspace
from ui.workspace.titles import pane_title

WIDEST = 220  # pixels of a tab


class _Tabs(QTabBar):
    """Tabs that the middle button closes."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Close on the middle button."""
        at = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and at >= 0:
            self.tabCloseRequested.emit(at)
        else:
            super().mouseReleaseEvent(event)

    def tabSizeHint(self, index: int) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Not wider than a title needs."""
        size = super().tabSizeHint(index)
        return QSize(min(size.width(), WIDEST), size.height())

    def minimumTabSizeHint(self, index: int) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Shrink before the row scrolls."""
        return QSize(min(90, self.tabSizeHint(index).width()), super().tabSizeHint(index).height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Not wider than the tabs: Qt would leave room for buttons that scroll."""
        return super().minimumSizeHint().boundedTo(self.sizeHint())


class TabRow(QWidget):
    """Follows the workspace. settings_wanted: those of the chat shall be shown.

    line_wanted: the line shall be, at this row's end.
    """

    settings_wanted = Signal()
    line_wanted = Signal()

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tabRow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace, self._theme = workspace, theme
        self.tabs = _Tabs(self)
        self.tabs.setObjectName("tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setMovable(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.tabs.currentChanged.connect(self._choose)
        self.tabs.tabMoved.connect(workspace.move_tab)
        self.tabs.tabCloseRequested.connect(workspace.close_tab)
        self.plus = self._button("plus", workspace.new_tab)
        self.line = self._button("line", self.line_wanted.emit)
        self.line.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.compare = self._button("compare", self._toggle_compare)
        self.compare.setCheckable(True)
        self.split = self._button("split", workspace.split)
        self.tune = self._button("tune", self.settings_wanted.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 0)
        row.setSpacing(2)
        row.addWidget(self.tabs, 1000)
        row.addWidget(self.plus)
        row.addStretch(1)
        for button in (self.line, self.compare, self.split, self.tune):
            row.addWidget(button)
        workspace.changed.connect(self.retranslate)
        workspace.active_changed.connect(self._follow_active)
        workspace.line.changed.connect(self.retranslate)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and show the tabs that there are."""
        layout = self._workspace.layout
        was_blocked = self.tabs.blockSignals(True)
        while self.tabs.count() > len(layout.tabs):
            self.tabs.removeTab(self.tabs.count() - 1)
        while self.tabs.count() < len(layout.tabs):
            self._add_tab()
        for at, tab in enumerate(layout.tabs):
            self._name_tab(at, tab)
        self.tabs.setCurrentIndex(layout.current)
        self.tabs.blockSignals(was_blocked)
        self.tabs.setAccessibleName(self.tr("Open chats"))
        self.plus.describe(self.tr("New tab (Ctrl+T)"))
        self.compare.describe(self.tr("Ask all panes with one prompt"))
        self.split.describe(self.tr("Another chat beside this one (Ctrl+\\)"))
        self.tune.describe(self.tr("Model, instructions and settings of this chat"))
        self._follow_active()
        self._show_line()

    def _show_line(self) -> None:
        count = len(self._workspace.line.waiting)
        self.line.setVisible(count > 0)
        text = self.tr("{count} in line").format(count=count)
        self.line.setText(text)
        self.line.describe(self.tr("Show the line: {text}").format(text=text))

    def _name_tab(self, at: int, tab: Tab) -> None:
        titles = [pane_title(self._workspace, pane) for pane in tab.panes]
        text = "  |  ".join(titles).replace("&", "&&")
        if self.tabs.tabText(at) != text:
            self.tabs.setTabText(at, text)
            self.tabs.setTabToolTip(at, "\n".join(titles))
        chats = {ticket.chat_id for ticket in self._workspace.line.tickets}
        is_busy = any(pane.chat_id in chats for pane in tab.panes)
        if is_busy != (not self.tabs.tabIcon(at).isNull()):
            self.tabs.setTabIcon(at, self._theme.icon("busy", "accent") if is_busy else QIcon())
        if close := self.tabs.tabButton(at, QTabBar.ButtonPosition.RightSide):
            close.setAccessibleName(self.tr("Close {title}").format(title=titles[0]))
            close.setToolTip(self.tr("Close the tab (Ctrl+W)"))

    def _add_tab(self) -> None:
        at = self.tabs.addTab("")
        close = IconButton(self._theme, "close", self.tabs, colour="muted")
        close.setObjectName("tabClose")
        close.setIconSize(QSize(14, 14))
        close.clicked.connect(partial(self._close, close))
        self.tabs.setTabButton(at, QTabBar.ButtonPosition.RightSide, close)

    def _close(self, button: QWidget) -> None:
        side = QTabBar.ButtonPosition.RightSide
        for at in range(self.tabs.count()):
            if self.tabs.tabButton(at, side) is button:
                self._workspace.close_tab(at)
                return

    @Slot(int)
    def _choose(self, at: int) -> None:
        if at >= 0:
            self._workspace.show_tab(at)

    @Slot()
    def _toggle_compare(self) -> None:
        self._workspace.compare(is_wanted=not self._workspace.tab.is_comparing)

    @Slot()
    def _follow_active(self) -> None:
        self.split.setEnabled(self._workspace.can_split)
        self.compare.setChecked(self._workspace.tab.is_comparing)
        self.tune.show_colour("accent" if self._workspace.active.own.is_any else "text")

    def _button(self, icon: str, handler: Callable[[], object]) -> IconButton:
        button = IconButton(self._theme, icon, self)
        button.setIconSize(QSize(18, 18))
        button.clicked.connect(lambda: handler())
        return button
