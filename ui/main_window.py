# SPDX-License-Identifier: Apache-2.0
"""The frame: a bar with the model, new chat and settings, the page below, and the commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from ui.actions import Actions, Command
from ui.chat.model_choice import ModelChoice, ask_for_file
from ui.chat.model_presenter import ModelPresenter
from ui.chat.page import ChatPage
from ui.chat.presenter import ChatPresenter
from ui.chats.presenter import ChatListPresenter
from ui.chats.sidebar import ChatSidebar
from ui.chats.transfer import Transfer
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.icon_button import IconButton
from ui.widgets.rail import Rail
from ui.wizard.page import WizardPage
from ui.wizard.presenter import WizardPresenter

SIZE = (1200, 780)  # at first; later the window is as it was left
SMALLEST = (520, 420)
NARROW = 760  # below this the list of chats gives way


@runtime_checkable
class Translated(Protocol):
    """A widget that says its texts anew when the language changes."""

    def retranslate(self) -> None:
        """Say every text in the present language."""
        ...


@dataclass(frozen=True, slots=True)
class PageKind:
    """A page beside the conversation. title: says it in the present language.

    make: builds the page, when it is shown for the first time.
    """

    id: str
    icon: str
    title: Callable[[], str]
    make: Callable[[], QWidget]


class MainWindow(QMainWindow):
    """The window of KTDesk. painted: it is on the screen, for the first time.

    may_close: asked when the user closes the window; `quit` does not ask.
    """

    painted = Signal()

    def __init__(
        self,
        chat: ChatPresenter,
        model: ModelPresenter,
        kept: KeptChats,
        store: SettingsStore,
        theme: Theme,
        pages: tuple[PageKind, ...] = (),
    ) -> None:
        super().__init__()
        self._chat, self._model, self._store, self._theme = chat, model, store, theme
        self._is_painted = self._is_ending = False
        self.may_close: Callable[[], bool] = lambda: True
        self.setWindowTitle("KTDesk")
        self.setMinimumSize(*SMALLEST)
        self.page = ChatPage(chat, model, store, theme)
        self.chats = ChatListPresenter(kept, self)
        self.transfer = Transfer(kept, self)
        self.transfer.failed.connect(self.page.banner.show_error)
        self.sidebar = ChatSidebar(self.chats, self.transfer, theme, self)
        self.wizard = WizardPresenter(model, store, self)
        self.wizard.ended.connect(self._end_wizard)
        self._kinds = (PageKind("chat", "chat", lambda: self.tr("Chat"), self._make_chat), *pages)
        self._pages: dict[str, QWidget] = {}
        self._stack = QStackedWidget(self)
        self.actions_by_id = Actions(self, self._commands())
        below = (self.actions_by_id["open"], self.actions_by_id["wizard"])
        self._choice = ModelChoice(model, below, theme)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_toolbar(theme))
        column.addLayout(self._make_pages(theme), 1)
        self._layers = QStackedWidget(self)  # the frame, and what covers it
        self._layers.addWidget(body)
        self.setCentralWidget(self._layers)
        chat.changed.connect(self.actions_by_id.refresh)
        chat.changed.connect(self._mark_chat)
        kept.failed.connect(self.page.banner.show_error)
        self.sidebar.chosen.connect(chat.open)
        store.failed.connect(self.page.banner.show_error)
        self._restore()
        self.page.prompt.setFocus()

    def show_page(self, id_: str) -> None:
        """Bring a page to the front."""
        if id_ not in self._pages:
            kind = next(kind for kind in self._kinds if kind.id == id_)
            self._pages[id_] = kind.make()
            self._stack.addWidget(self._pages[id_])
        self._stack.setCurrentWidget(self._pages[id_])
        self.actions_by_id[id_].setChecked(True)
        self.actions_by_id.refresh()

    def quit(self) -> None:
        """Close the window, whatever is under way."""
        self._is_ending = True
        self.close()

    def show_wizard(self) -> None:
        """Cover everything with the first steps."""
        if self._layers.count() == 1:
            page = WizardPage(self.wizard, self._theme)
            self._layers.setCurrentIndex(self._layers.addWidget(page))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Give the conversation the width when there is little of it."""
        super().resizeEvent(event)
        was_narrow, is_narrow = (size.width() < NARROW for size in (event.oldSize(), event.size()))
        if was_narrow != is_narrow:
            is_wanted = self._store.settings.interface.sidebar
            self.sidebar.setVisible(is_wanted and not is_narrow)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Tell of the first time."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Let every widget follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.actions_by_id.retranslate()
            for widget in self.findChildren(QWidget):
                if isinstance(widget, Translated):
                    widget.retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Remember where the window was."""
        if not self._is_ending and not self.may_close():
            event.ignore()
            return
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self._store.set("interface", "window_geometry", geometry)
        self._store.save_now()
        self._model.own.save_now()
        super().closeEvent(event)

    def _commands(self) -> tuple[Command, ...]:
        chat, model = self._chat, self._model
        return (
            Command("new", lambda: self.tr("New chat"), "Ctrl+N", self._new_chat),
            Command("open", lambda: self.tr("Open a file…"), "Ctrl+O", self._open_file),
            Command(
                "stop",
                lambda: self.tr("Stop"),
                "Esc",
                self._stop,
                lambda: chat.is_answering or model.is_busy,
            ),
            Command(
                "retry",
                lambda: self.tr("Try again"),
                "Ctrl+R",
                self._retry,
                lambda: chat.can_retry or chat.can_regenerate,
            ),
            Command(
                "edit",
                lambda: self.tr("Edit the last question"),
                "Ctrl+Up",
                self.page.edit_last,
                lambda: bool(chat.messages),
            ),
            Command(
                "reload",
                lambda: self.tr("Reload the model"),
                "Ctrl+Shift+R",
                model.reload,
                lambda: not model.is_busy,
            ),
            Command(
                "theme",
                lambda: self.tr("Switch between light and dark"),
                "Ctrl+Shift+L",
                self._switch_theme,
            ),
            Command("sidebar", lambda: self.tr("Show the chats"), "Ctrl+B", self._toggle_sidebar),
            Command("search", lambda: self.tr("Search all chats"), "Ctrl+Shift+F", self._search),
            Command(
                "find",
                lambda: self.tr("Find in this chat"),
                "Ctrl+F",
                self._find,
                lambda: bool(chat.messages) and self._shows_chat(),  # other pages have their own
            ),
            Command(
                "find_next",
                lambda: self.tr("Find the next one"),
                "F3",
                lambda: self.page.finder.step(1),
            ),
            Command(
                "find_previous",
                lambda: self.tr("Find the one before"),
                "Shift+F3",
                lambda: self.page.finder.step(-1),
            ),
            Command("settings", lambda: self.tr("Settings"), "Ctrl+,", self._toggle_settings),
            Command("wizard", lambda: self.tr("First steps…"), "F1", self._open_wizard),
            Command("quit", lambda: self.tr("Quit"), "Ctrl+Q", self.quit),
            *(
                Command(kind.id, kind.title, f"Ctrl+{number}", partial(self.show_page, kind.id))
                for number, kind in enumerate(self._kinds, 1)
            ),
        )

    def _make_chat(self) -> QWidget:
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.page, 1)
        return both

    def _make_pages(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        icons = [(kind.icon, self.actions_by_id[kind.id]) for kind in self._kinds]
        rail = Rail(theme, icons, self)
        rail.setVisible(len(self._kinds) > 1)
        row.addWidget(rail)
        row.addWidget(self._stack, 1)
        self.show_page("chat")
        return row

    def _make_toolbar(self, theme: Theme) -> QWidget:
        bar = QWidget(self)
        bar.setObjectName("toolbar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(ActionButton(theme, "sidebar", self.actions_by_id["sidebar"], bar))
        row.addWidget(self._choice)
        row.addStretch()
        actions = self.actions_by_id
        self._theme_button = ActionButton(theme, "moon", actions["theme"], bar)
        row.addWidget(ActionButton(theme, "new", actions["new"], bar))
        row.addWidget(self._theme_button)
        row.addWidget(ActionButton(theme, "settings", actions["settings"], bar))
        theme.changed.connect(self._follow_theme)
        self._follow_theme()
        return bar

    @Slot()
    def _follow_theme(self) -> None:
        self._theme_button.show_icon("sun" if self._theme.is_dark else "moon")

    @Slot()
    def _switch_theme(self) -> None:
        self._store.set("interface", "theme", "light" if self._theme.is_dark else "dark")

    @Slot()
    def _new_chat(self) -> None:
        self.show_page("chat")
        self._chat.new_chat()
        self.page.banner.hide()
        self.page.prompt.setFocus()

    @Slot()
    def _mark_chat(self) -> None:
        self.sidebar.show_state(self._chat.chat_id, self._chat.answering_chat)

    @Slot()
    def _toggle_sidebar(self) -> None:
        self.show_page("chat")
        self._show_sidebar(is_shown=self.sidebar.isHidden())

    def _show_sidebar(self, *, is_shown: bool) -> None:
        self.sidebar.setVisible(is_shown)
        self._store.set("interface", "sidebar", is_shown)

    @Slot()
    def _search(self) -> None:
        self.show_page("chat")
        self._show_sidebar(is_shown=True)
        self.sidebar.start_search()

    def _shows_chat(self) -> bool:
        return self._stack.currentWidget() is self._pages.get("chat")

    @Slot()
    def _find(self) -> None:
        self.page.find_bar.open()

    @Slot()
    def _open_file(self) -> None:
        kinds = self.tr("Models (*.gguf)")
        ask_for_file(self._model, self, self.tr("Open a model"), kinds)

    @Slot()
    def _open_wizard(self) -> None:
        self.show_wizard()
        self.wizard.look()

    @Slot(str)
    def _end_wizard(self, page: str) -> None:
        if cover := self._layers.widget(1):
            self._layers.removeWidget(cover)
            cover.deleteLater()
        self.show_page(page)
        if page == "chat":
            self.page.prompt.setFocus()

    @Slot()
    def _retry(self) -> None:
        if self._chat.can_retry:
            self._chat.retry()
        else:
            self._chat.regenerate()

    @Slot()
    def _stop(self) -> None:
        self._chat.stop()
        self._model.cancel()

    @Slot()
    def _toggle_settings(self) -> None:
        self.show_page("chat")
        self.page.drawer.setVisible(self.page.drawer.isHidden())

    def _restore(self) -> None:
        self.sidebar.setVisible(self._store.settings.interface.sidebar)
        self.resize(*SIZE)
        kept = self._store.settings.interface.window_geometry
        if kept:
            self.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii", "ignore")))


class ActionButton(IconButton):
    """A button that triggers an action and says its title."""

    def __init__(self, theme: Theme, icon: str, action: QAction, parent: QWidget) -> None:
        super().__init__(theme, icon, parent)
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.describe(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
