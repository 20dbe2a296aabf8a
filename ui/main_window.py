# SPDX-License-Identifier: Apache-2.0
"""The frame: a bar with the model, new chat and settings, the page below, and the commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from ui.actions import QT_TRANSLATE_NOOP, Actions, Command
from ui.chat.model_choice import ask_for_file
from ui.chat.model_presenter import ModelPresenter
from ui.chat.page import ChatPage
from ui.chats.presenter import ChatListPresenter
from ui.chats.sidebar import ChatSidebar
from ui.chats.transfer import Transfer
from ui.kept_chats import KeptChats
from ui.palette.dialog import Palette
from ui.palette.presenter import PalettePresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.toolbar import Toolbar
from ui.updates.banner import UpdateBanner
from ui.updates.presenter import UpdatePresenter
from ui.widgets.rail import Rail
from ui.window_commands import window_commands
from ui.wizard.page import WizardPage
from ui.wizard.presenter import WizardPresenter
from ui.workspace.commands import workspace_commands
from ui.workspace.page import WorkspacePage
from ui.workspace.presenter import Workspace

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
    """A page beside the conversation. title: as that of a `Command`. shortcut: instead of a number.

    make: builds the page, when it is shown for the first time.
    """

    id: str
    icon: str
    title: str
    make: Callable[[], QWidget]
    shortcut: str = ""


class MainWindow(QMainWindow):
    """The window of KTDesk. painted: it is on the screen, for the first time.

    may_close: asked when the user closes the window; `quit` does not ask.
    """

    painted = Signal()

    def __init__(
        self,
        workspace: Workspace,
        model: ModelPresenter,
        kept: KeptChats,
        store: SettingsStore,
        theme: Theme,
        pages: tuple[PageKind, ...] = (),
    ) -> None:
        super().__init__()
        self._workspace, self._model, self._store, self._theme = workspace, model, store, theme
        self._is_painted = self._is_ending = False
        self.may_close: Callable[[], bool] = lambda: True
        self.setWindowTitle("KTDesk")
        self.setMinimumSize(*SMALLEST)
        self.workspace = WorkspacePage(workspace, model, kept, store, theme)
        self.chats = ChatListPresenter(kept, self)
        self.transfer = Transfer(kept, self)
        self.transfer.failed.connect(self.workspace.show_error)
        self.sidebar = ChatSidebar(self.chats, self.transfer, theme, self)
        self.wizard = WizardPresenter(model, store, self)
        self.wizard.ended.connect(self._end_wizard)
        self.updates = UpdatePresenter(store, self)
        self._kinds = (
            PageKind("chat", "chat", QT_TRANSLATE_NOOP("MainWindow", "Chat"), self._make_chat),
            *pages,
        )
        self._pages: dict[str, QWidget] = {}
        self._stack = QStackedWidget(self)
        self.actions_by_id = self._make_actions()
        self._palette = Palette(
            PalettePresenter(self.actions_by_id, workspace.open, kept, model, self), theme, self
        )
        self._palette.hide()
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Toolbar(self.actions_by_id, model, theme, self))
        column.addWidget(UpdateBanner(self.updates, theme, self))
        column.addLayout(self._make_pages(theme), 1)
        self._layers = QStackedWidget(self)  # the frame, and what covers it
        self._layers.addWidget(body)
        self.setCentralWidget(self._layers)
        for signal in (workspace.active_changed, workspace.changed, workspace.line.changed):
            signal.connect(self.actions_by_id.refresh)
            signal.connect(self._mark_chat)
        kept.failed.connect(self.workspace.show_error)
        self.sidebar.chosen.connect(workspace.open)
        self.sidebar.menus.tab_wanted.connect(workspace.open_in_tab)
        self.sidebar.menus.pane_wanted.connect(workspace.open_beside)
        store.failed.connect(self.workspace.show_error)
        self._restore()
        self.page.prompt.setFocus()

    @property
    def page(self) -> ChatPage:
        """The conversation that is active."""
        return self.workspace.page

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

    def come_forward(self) -> None:
        """Show the window above others, also if it was hidden or small."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

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

    def _make_actions(self) -> Actions:
        workspace, model = self._workspace, self._model
        handlers: dict[str, Callable[[], object]] = {
            "new": self._new_chat,
            "stop": self._stop,
            "retry": self._retry,
            "edit": lambda: self.page.edit_last(),
            "search": self._search,
            "find": self._find,
            "find_next": lambda: self.page.finder.step(1),
            "find_previous": lambda: self.page.finder.step(-1),
            "open": self._open_file,
            "reload": model.reload,
            "palette": lambda: self._palette.open(),
            "sidebar": self._toggle_sidebar,
            "settings": self._toggle_settings,
            "advanced": self._switch_mode,
            "theme": self._switch_theme,
            "wizard": self._open_wizard,
            "updates": self.updates.look,
            "quit": self.quit,
        }
        # Other pages than the conversation have their own search.
        conditions: dict[str, Callable[[], bool]] = {
            "stop": lambda: workspace.is_answering or model.is_busy,
            "retry": lambda: workspace.active.can_retry or workspace.active.can_regenerate,
            "edit": lambda: bool(workspace.active.messages),
            "reload": lambda: not model.is_busy,
            "find": lambda: bool(workspace.active.messages) and self._shows_chat(),
        }
        chats = workspace_commands(workspace, self.workspace, self._shows_chat)
        pages = [self._page_command(*each) for each in enumerate(self._kinds, 1)]
        return Actions(self, window_commands(handlers, conditions, chats, pages))

    def _page_command(self, number: int, kind: PageKind) -> Command:
        keys = kind.shortcut or f"Ctrl+{number}"
        show = partial(self.show_page, kind.id)
        begins = QT_TRANSLATE_NOOP("MainWindow", "Pages") if number == 1 else ""
        return Command(kind.id, kind.title, keys, show, begins=begins)

    def _make_chat(self) -> QWidget:
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.workspace, 1)
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

    @Slot()
    def _switch_theme(self) -> None:
        self._store.set("interface", "theme", "light" if self._theme.is_dark else "dark")

    @Slot()
    def _switch_mode(self) -> None:
        is_advanced = self._store.settings.interface.advanced
        self._store.set("interface", "advanced", not is_advanced)

    @Slot()
    def _new_chat(self) -> None:
        self.show_page("chat")
        self._workspace.new_chat()
        self.page.banner.hide()

    @Slot()
    def _mark_chat(self) -> None:
        busy = {ticket.chat_id for ticket in self._workspace.line.tickets}
        self.sidebar.show_state(self._workspace.active.chat_id, busy)

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
        return bool(self._pages) and self._stack.currentWidget() is self._pages.get("chat")

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
        chat = self._workspace.active
        if chat.can_retry:
            chat.retry()
        else:
            chat.regenerate()

    @Slot()
    def _stop(self) -> None:
        if self._workspace.is_answering:
            self._workspace.stop()
        else:
            self._model.cancel()

    @Slot()
    def _toggle_settings(self) -> None:
        self.show_page("chat")
        self.workspace.toggle_drawer()

    def _restore(self) -> None:
        self.sidebar.setVisible(self._store.settings.interface.sidebar)
        self.resize(*SIZE)
        kept = self._store.settings.interface.window_geometry
        if kept:
            self.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii", "ignore")))
