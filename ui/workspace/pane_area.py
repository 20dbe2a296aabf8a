# SPDX-License-Identifier: Apache-2.0
"""The panes of the tab that is shown: side by side, or one at a time where there is no room."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QTabBar, QVBoxLayout, QWidget

from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.theme import Theme
from ui.workspace.pane_view import PaneView
from ui.workspace.presenter import Workspace
from ui.workspace.titles import pane_title

NARROWEST = 270  # pixels of a pane, below which only the active one is shown


class PaneArea(QWidget):
    """Follows the workspace: a view for each of its conversations."""

    def __init__(
        self,
        workspace: Workspace,
        model: ModelPresenter,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._model, self._theme = workspace, model, theme
        self._views: dict[ChatPresenter, PaneView] = {}
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.splitterMoved.connect(self._keep_shares)
        self._strip = QTabBar(self)  # instead of the panes that are not seen
        self._strip.setObjectName("paneStrip")
        self._strip.setDrawBase(False)
        self._strip.setElideMode(Qt.TextElideMode.ElideRight)
        self._strip.currentChanged.connect(self._choose)
        self._is_changing = False  # so that a focus that moves is not the user's
        self._shared: object = None  # the tab whose widths are shown, and how many panes
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._strip)
        column.addWidget(self._splitter, 1)
        workspace.changed.connect(self.retranslate)
        workspace.active_changed.connect(self._show_active)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow_focus)
        self.retranslate()

    @property
    def views(self) -> list[PaneView]:
        """Those of the tab that is shown, from the first to the last."""
        return [self._views[chat] for chat in self._workspace.chats]

    @property
    def active(self) -> PaneView:
        """The one that keys are for."""
        return self._views[self._workspace.active]

    @property
    def is_narrow(self) -> bool:
        """Whether there is no room for all panes."""
        return self.width() < NARROWEST * len(self._workspace.chats)

    @Slot()
    def retranslate(self) -> None:
        """Show the panes that there are."""
        self._is_changing = True
        chats = self._workspace.chats
        for chat in [chat for chat in self._views if chat not in chats]:
            view = self._views.pop(chat)
            view.setParent(None)
            view.deleteLater()
        for at, chat in enumerate(chats):
            if chat not in self._views:
                self._views[chat] = self._make(chat)
            if self._splitter.indexOf(self._views[chat]) != at:
                self._splitter.insertWidget(at, self._views[chat])
        self._show_active()
        self._share()
        self._is_changing = False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """See whether all panes have room."""
        super().resizeEvent(event)
        self.retranslate()

    def _make(self, chat: ChatPresenter) -> PaneView:
        view = PaneView(chat, self._model, self._workspace.line, self._theme, self._splitter)
        view.closed.connect(lambda: self._workspace.close_pane(self.views.index(view)))
        return view

    @Slot()
    def _show_active(self) -> None:
        tab, chats = self._workspace.tab, self._workspace.chats
        if any(chat not in self._views for chat in chats):
            return  # in the middle of a change
        is_narrow, titles = self.is_narrow, [pane_title(self._workspace, p) for p in tab.panes]
        for at, (view, title) in enumerate(zip(self.views, titles, strict=True)):
            is_active = at == tab.active
            view.show_state(
                title,
                is_alone=len(chats) == 1,
                is_active=is_active,
                is_compared=tab.is_comparing,
            )
            view.setVisible(is_active or not is_narrow)
            view.page.show_prompt(is_wanted=not tab.is_comparing)
        self._show_strip(titles, is_narrow=is_narrow)

    def _show_strip(self, titles: list[str], *, is_narrow: bool) -> None:
        self._strip.blockSignals(True)
        while self._strip.count() > len(titles):
            self._strip.removeTab(self._strip.count() - 1)
        while self._strip.count() < len(titles):
            self._strip.addTab("")
        for at, title in enumerate(titles):
            self._strip.setTabText(at, title.replace("&", "&&"))
            self._strip.setTabToolTip(at, title)
        self._strip.setCurrentIndex(self._workspace.tab.active)
        self._strip.setAccessibleName(self.tr("Panes"))
        self._strip.setVisible(is_narrow and len(titles) > 1)
        self._strip.blockSignals(False)

    def _share(self) -> None:
        """Give the panes the widths they had, or the same to each."""
        tab = self._workspace.tab
        now = (id(tab), len(tab.panes), self.width(), self.is_narrow)
        if self._shared != now:
            self._shared = now
            self._splitter.setSizes(tab.shares or [self.width()] * len(tab.panes))

    @Slot()
    def _keep_shares(self) -> None:
        if not self.is_narrow:
            self._workspace.set_shares(self._splitter.sizes())

    @Slot(int)
    def _choose(self, at: int) -> None:
        if at >= 0:
            self._workspace.activate(at)
            self.active.page.prompt.setFocus()

    @Slot(QWidget, QWidget)
    def _follow_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        del before
        if now is None or self._is_changing:
            return
        for at, view in enumerate(self.views):
            if view.isAncestorOf(now):
                self._workspace.activate(at)
