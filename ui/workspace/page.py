# SPDX-License-Identifier: Apache-2.0
"""The page of conversations: tabs, panes, one prompt for all of them, settings at the side."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ktdesk import KTDeskError
from ui.chat.model_presenter import ModelPresenter
from ui.chat.page import ChatPage
from ui.chat.settings_drawer import SettingsDrawer
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.workspace.announcing import announce
from ui.workspace.ask_all import AskAll, last_answer
from ui.workspace.chat_settings import ChatSettings
from ui.workspace.line_panel import LinePanel
from ui.workspace.pane_area import PaneArea
from ui.workspace.presenter import Workspace
from ui.workspace.tab_row import TabRow

SPOKEN = 200  # characters of an answer that a screen reader is told


class WorkspacePage(QWidget):
    """Joins the parts; `page` is the conversation that is active.

    What many never look at is made when it is wanted first.
    """

    def __init__(
        self,
        workspace: Workspace,
        model: ModelPresenter,
        kept: KeptChats,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._workspace, self._kept, self._theme = workspace, kept, theme
        self._model, self._store = model, store
        self.tabs = TabRow(workspace, theme, self)
        self.area = PaneArea(workspace, model, theme, self)
        self._column = column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.area, 1)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        self.tabs.settings_wanted.connect(self.toggle_chat_settings)
        self.tabs.line_wanted.connect(self.show_line)
        workspace.line.ended.connect(self._tell_end)
        workspace.shown.connect(self.focus_prompt)
        workspace.changed.connect(self._follow)
        model.failed.connect(self._show_model_error)
        self._follow()

    @cached_property
    def ask_all(self) -> AskAll:
        """One prompt for all panes."""
        widget = AskAll(self._workspace, self._kept, self._theme, self)
        self._column.addWidget(widget)
        return widget

    @cached_property
    def line_panel(self) -> LinePanel:
        """The line as a list."""
        return LinePanel(self._workspace, self._theme, self)

    @cached_property
    def drawer(self) -> SettingsDrawer:
        """The settings of the program, hidden at first."""
        widget = SettingsDrawer(self._store, self._model, self._theme, self)
        self._row.addWidget(widget)
        return widget

    @cached_property
    def chat_settings(self) -> ChatSettings:
        """What the active chat has for itself, hidden at first."""
        parts = (self._workspace, self._model, self._kept, self._store, self._theme)
        widget = ChatSettings(*parts, self)
        self._row.addWidget(widget)
        return widget

    @property
    def page(self) -> ChatPage:
        """The conversation that is active."""
        return self.area.active.page

    @Slot(object)
    def show_error(self, error: KTDeskError) -> None:
        """Say what went wrong, above the prompt of the active pane."""
        self.page.banner.show_error(error)

    @Slot()
    def focus_prompt(self) -> None:
        """Let the next key be for the prompt."""
        is_comparing = self._workspace.tab.is_comparing
        (self.ask_all.prompt if is_comparing else self.page.prompt).setFocus()

    @Slot()
    def toggle_chat_settings(self) -> None:
        """Show what the active chat has for itself, or no longer."""
        is_wanted = self.chat_settings.isHidden()
        self.chat_settings.setVisible(is_wanted)
        if is_wanted:
            self._hide("drawer")
            self.chat_settings.setFocus()

    @Slot()
    def toggle_drawer(self) -> None:
        """Show the settings of the program, or no longer."""
        is_wanted = self.drawer.isHidden()
        self.drawer.setVisible(is_wanted)
        if is_wanted:
            self._hide("chat_settings")

    @Slot()
    def show_line(self) -> None:
        """Show who is answered when."""
        if self._workspace.line.waiting:
            self.line_panel.open_below(self.tabs.line)

    def step_tab(self, by: int) -> None:
        """Show the next tab, or the one before."""
        self._workspace.step_tab(by)
        self.focus_prompt()

    def step_pane(self, by: int) -> None:
        """Go to the next pane, or the one before."""
        self._workspace.step_pane(by)
        self.page.prompt.setFocus()

    @Slot()
    def _follow(self) -> None:
        if self._workspace.tab.is_comparing:
            self.ask_all.follow()

    def _hide(self, name: str) -> None:
        """Hide a widget at the side, if there is one."""
        if widget := self.__dict__.get(name):
            widget.hide()

    @Slot(int)
    def _tell_end(self, chat_id: int) -> None:
        """Tell those who do not see it that an answer has ended, once."""
        for chat in self._workspace.chats:
            if chat.chat_id == chat_id:
                answer = last_answer(chat)
                text = answer.text.strip()[:SPOKEN] if answer else ""
                finished, none = self.tr("The answer is finished. {text}"), self.tr("No answer.")
                announce(self, finished.format(text=text) if text else none)
                return
        title = self._workspace.title_of_chat(chat_id)
        announce(self, self.tr("The answer in {title} is finished.").format(title=title))

    @Slot(object)
    def _show_model_error(self, error: KTDeskError) -> None:
        self.page.show_model_error(error)
