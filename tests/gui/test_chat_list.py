# SPDX-License-Identifier: Apache-2.0
"""The sidebar: groups, search, names, folders, deletion, export and import."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMenu
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ktdesk import Message
from ktdesk.chats import Chat, Folder, open_chats
from ktdesk.chats.titles import title_from
from tests.gui.driving import shown
from tests.gui.fake_engine import FakeEngine
from tests.gui.test_chat_presenter import ask, until_cancelled
from tests.unit.chats.talking import say
from ui.chat.presenter import ChatPresenter
from ui.chats.groups import group_chats
from ui.chats.sidebar import ChatSidebar
from ui.kept_chats import KeptChats
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore

pytestmark = pytest.mark.usefixtures("loaded")
TODAY = datetime(2026, 3, 10, 15, 0).astimezone()


def chat_of(id_: int, days: float, **more: object) -> Chat:
    values: dict[str, object] = {
        "title": f"chat {id_}", "has_own_title": False, "folder_id": None, "is_pinned": False,
        "system_prompt": "", "settings": {}, "leaf_id": None, "draft": "", "place": None,
        "created": 0.0, "deleted": None, "updated": (TODAY - timedelta(days)).timestamp(), **more,
    }  # fmt: skip
    return Chat(id=id_, **values)


def test_each_chat_is_in_one_group() -> None:
    chats = [
        chat_of(1, 0),
        chat_of(2, 1),
        chat_of(3, 5),
        chat_of(4, 20),
        chat_of(5, 400),
        chat_of(6, 0, is_pinned=True, folder_id=1),
        chat_of(7, 0, folder_id=1),
        chat_of(8, 0, folder_id=99),
        chat_of(9, 0, updated=1e300),
        chat_of(10, -3),
    ]
    groups = group_chats(chats, [Folder(1, "work"), Folder(2, "empty")], TODAY.date())
    found = {g.title or g.kind: [row.chat_id for row in g.rows] for g in groups}
    assert found == {
        "pinned": [6],
        "work": [7],
        "empty": [],
        "today": [1, 8, 10],
        "yesterday": [2],
        "week": [3],
        "month": [4],
        "older": [5, 9],
    }


@pytest.fixture
def sidebar(window: MainWindow, kept: KeptChats) -> ChatSidebar:
    """The sidebar of a window with three chats."""
    store = kept.store
    for title, text in (("sky", "It is blue."), ("茶", "用热水冲泡。"), ("code", "x = 1")):
        say(store, store.chats.new(title), title, text)
    kept.changed.emit()
    return window.sidebar


def titles(sidebar: ChatSidebar) -> dict[str, list[str]]:
    model = sidebar.model
    groups = [model.index(row, 0) for row in range(model.rowCount())]
    return {
        group.data(): [model.index(row, 0, group).data() for row in range(model.rowCount(group))]
        for group in groups
    }


def index_of(sidebar: ChatSidebar, title: str) -> QModelIndex:
    (chat,) = (c for c in open_list(sidebar) if c.title == title)
    return sidebar.model.index_of(chat.id)


def open_list(sidebar: ChatSidebar) -> list[Chat]:
    return sidebar._presenter._kept.store.chats.all()


def menu_for(sidebar: ChatSidebar, title: str) -> QMenu:
    index = index_of(sidebar, title)
    sidebar.list.customContextMenuRequested.emit(sidebar.list.visualRect(index).center())
    return [menu for menu in sidebar.findChildren(QMenu) if menu.isVisible()][-1]


def choose(menu: QMenu, *path: str) -> None:
    for at, text in enumerate(path):
        (action,) = (a for a in menu.actions() if a.text() == text)
        if at == len(path) - 1:
            action.trigger()
        else:
            menu = action.menu()
    while isinstance(menu.parent(), QMenu):
        menu = menu.parent()
    menu.close()


def test_the_model_keeps_qt_s_rules_whatever_happens(
    sidebar: ChatSidebar, qtmodeltester: ModelTester, kept: KeptChats
) -> None:
    qtmodeltester.check(sidebar.model)
    presenter, store = sidebar._presenter, kept.store
    presenter.new_folder("work", store.chats.all()[0].id)
    presenter.pin(store.chats.all()[1].id, True)
    presenter.delete(store.chats.all()[2].id)
    qtmodeltester.check(sidebar.model)
    presenter.undo()
    qtmodeltester.check(sidebar.model)


def test_a_click_opens_a_chat_and_marks_it(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, sidebar: ChatSidebar
) -> None:
    rect = sidebar.list.visualRect(index_of(sidebar, "sky"))
    qtbot.mouseClick(
        sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, rect.center().y())
    )
    assert "It is blue." in shown(window)
    assert sidebar.list.currentIndex() == index_of(sidebar, "sky")


def test_the_keyboard_finds_and_opens(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, sidebar: ChatSidebar
) -> None:
    window.actions_by_id["search"].trigger()
    assert window.focusWidget() is sidebar.search
    qtbot.keyClicks(sidebar.search, "blue")
    qtbot.waitUntil(lambda: titles(sidebar) == {"Found: 1": ["sky"]})
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Down)
    assert window.focusWidget() is sidebar.list
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Return)
    assert "It is blue." in shown(window)
    sidebar.search.clear()
    qtbot.waitUntil(lambda: "Today" in titles(sidebar))


@pytest.mark.parametrize(
    ("words", "found"), [("茶", "茶"), ("冲泡", "茶"), ("热水冲", "茶"), ("x =", "code")]
)
def test_words_of_any_length_are_found(
    qtbot: QtBot, sidebar: ChatSidebar, words: str, found: str
) -> None:
    sidebar.search.setText(words)
    qtbot.waitUntil(lambda: titles(sidebar) == {"Found: 1": [found]})
    sidebar.search.setText("nowhere")
    qtbot.waitUntil(lambda: titles(sidebar) == {"Nothing found": []})


def test_what_is_found_on_another_branch_is_shown(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, sidebar: ChatSidebar, kept: KeptChats
) -> None:
    chat.open(index_of(sidebar, "sky").data(Qt.ItemDataRole.UserRole).chat_id)
    chat.changes.edit(1, "It is grey, of course.")
    assert "grey" in shown(window)
    sidebar.search.setText("It is blue")
    qtbot.waitUntil(lambda: titles(sidebar) == {"Found: 1": ["sky"]})
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Return)
    assert "It is blue." in shown(window)


def test_a_chat_is_renamed_where_it_stands(qtbot: QtBot, sidebar: ChatSidebar) -> None:
    sidebar.list.setCurrentIndex(index_of(sidebar, "sky"))
    sidebar.list.setFocus()
    qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
    editor = sidebar.list.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Rayleigh")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Rayleigh" in titles(sidebar)["Today"])


@pytest.mark.parametrize("how", ["menu", "empty"])
def test_a_title_is_suggested_by_the_first_question(
    sidebar: ChatSidebar, kept: KeptChats, window: MainWindow, how: str
) -> None:
    row = index_of(sidebar, "sky").data(Qt.ItemDataRole.UserRole)
    before = kept.store.messages.get(kept.store.messages.path(row.chat_id)[0])
    window.chats.rename(row.chat_id, "mine")
    if how == "menu":
        choose(menu_for(sidebar, "mine"), "Suggest a title")
    else:
        window.chats.rename(row.chat_id, "  ")
    chat = kept.store.chats.get(row.chat_id)
    assert (chat.title, chat.has_own_title) == (title_from(before.content), False)
    assert chat.title in titles(sidebar)["Today"]


def test_the_menu_of_a_chat(
    qtbot: QtBot, sidebar: ChatSidebar, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(menu_for(sidebar, "sky"), "Pin to the top")
    assert titles(sidebar)["Pinned"] == ["sky"]
    choose(menu_for(sidebar, "sky"), "No longer pinned")
    assert "Pinned" not in titles(sidebar)
    monkeypatch.setattr(QInputDialog, "getText", lambda *arguments: ("Work & play", True))
    choose(menu_for(sidebar, "sky"), "Move to folder", "New folder…")
    assert titles(sidebar)["Work & play"] == ["sky"]
    choose(menu_for(sidebar, "code"), "Move to folder", "Work && play")
    assert titles(sidebar)["Work & play"] == ["code", "sky"]
    choose(menu_for(sidebar, "sky"), "Move to folder", "Out of the folder")
    assert titles(sidebar)["Work & play"] == ["code"]


def test_instructions_go_before_what_is_said(
    qtbot: QtBot,
    chat: ChatPresenter,
    sidebar: ChatSidebar,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def ask_text(parent: object, title: str, label: str, old: str) -> tuple[str, bool]:
        asked.append(old)
        return " Be brief. ", True

    monkeypatch.setattr(QInputDialog, "getMultiLineText", ask_text)
    for _ in range(2):
        choose(menu_for(sidebar, "sky"), "Instructions…")
    assert asked == ["", "Be brief."]
    chat.open(open_list(sidebar)[-1].id)
    ask(qtbot, chat, "and now?")
    assert engine.requests[-1].messages[0] == Message("system", "Be brief.")


def test_a_chat_dropped_on_a_folder_is_in_it(sidebar: ChatSidebar) -> None:
    sidebar._presenter.new_folder("work")
    model = sidebar.model
    data = model.mimeData([index_of(sidebar, "sky")])
    folder = model.index(0, 0)
    assert folder.data() == "work"
    assert model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, folder)
    assert titles(sidebar)["work"] == ["sky"]


def test_a_deleted_chat_and_folder_come_back(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, sidebar: ChatSidebar
) -> None:
    chat.open(open_list(sidebar)[-1].id)
    choose(menu_for(sidebar, "sky"), "Delete")
    assert chat.chat_id is None
    assert "sky" not in titles(sidebar)["Today"]
    assert "sky" in sidebar.undo.text
    qtbot.mouseClick(sidebar.undo.button, Qt.MouseButton.LeftButton)
    assert "sky" in titles(sidebar)["Today"]
    sidebar._presenter.new_folder("work", open_list(sidebar)[0].id)
    before = titles(sidebar)
    sidebar._presenter.delete_folder(sidebar._presenter.folders[0].id)
    assert "work" not in titles(sidebar)
    sidebar._presenter.undo()
    assert titles(sidebar) == before


def test_what_was_deleted_earlier_is_offered_in_the_menu(sidebar: ChatSidebar) -> None:
    choose(menu_for(sidebar, "sky"), "Delete")
    sidebar.undo.hide()
    menu = sidebar.menus.of_all()
    choose(menu, "Bring back", "sky")
    menu.deleteLater()
    assert "sky" in titles(sidebar)["Today"]


def test_the_chat_with_an_answer_under_way_is_marked(
    qtbot: QtBot, chat: ChatPresenter, sidebar: ChatSidebar, engine
) -> None:
    engine.events = until_cancelled(engine)
    assert chat.ask("a question of some words. And more.")
    index = index_of(sidebar, "a question of some words.")
    assert index.data(Qt.ItemDataRole.UserRole + 2)
    chat.stop()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert not index_of(sidebar, "a question of some words.").data(Qt.ItemDataRole.UserRole + 2)


def test_chats_go_to_a_file_and_come_back(
    qtbot: QtBot, sidebar: ChatSidebar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(path), a[3].split(";;")[0]))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a: ([str(path)], ""))
    sidebar.menus.export_wanted.emit(None)
    qtbot.waitUntil(lambda: str(path) in sidebar.undo.text)
    sidebar.menus.import_wanted.emit(None)
    qtbot.waitUntil(lambda: "3 chats with 6 messages" in sidebar.undo.text)
    assert sorted(titles(sidebar)["Today"]) == sorted(["sky", "茶", "code"] * 2)
    qtbot.mouseClick(sidebar.undo.button, Qt.MouseButton.LeftButton)
    assert sorted(titles(sidebar)["Today"]) == sorted(["sky", "茶", "code"])


def test_markdown_gets_its_ending(
    qtbot: QtBot, sidebar: ChatSidebar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = (str(tmp_path / "out.json"), "Markdown (*.md)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: chosen)
    choose(menu_for(sidebar, "sky"), "Export…")
    qtbot.waitUntil(lambda: (tmp_path / "out.md").exists() and "out.md" in sidebar.undo.text)
    assert "It is blue." in (tmp_path / "out.md").read_text(encoding="utf-8")


def test_a_broken_file_is_named_in_the_banner(
    qtbot: QtBot, window: MainWindow, sidebar: ChatSidebar, tmp_path: Path
) -> None:
    (tmp_path / "broken.json").write_text("{")
    sidebar.menus.import_wanted.emit(tmp_path)
    qtbot.waitUntil(window.page.banner.isVisible)
    assert "broken.json is not JSON" in window.page.banner.text


def test_the_chats_of_lm_studio_are_offered_where_it_has_some(
    sidebar: ChatSidebar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    menu = sidebar.menus.of_all()
    assert "Import the chats of LM Studio" not in [a.text() for a in menu.actions()]
    (tmp_path / ".lmstudio" / "conversations").mkdir(parents=True)
    menu = sidebar.menus.of_all()
    assert "Import the chats of LM Studio" in [a.text() for a in menu.actions()]


def test_a_chat_of_another_program_appears(sidebar: ChatSidebar, kept: KeptChats) -> None:
    with open_chats() as other:
        other.chats.new("from elsewhere")
    kept._look()
    assert "from elsewhere" in titles(sidebar)["Today"]


def test_the_sidebar_can_be_hidden_and_comes_back_to_search(
    window: MainWindow, sidebar: ChatSidebar
) -> None:
    window.actions_by_id["sidebar"].trigger()
    assert not sidebar.isVisible()
    window.actions_by_id["search"].trigger()
    assert sidebar.isVisible()


def test_a_narrow_window_is_for_the_conversation(
    window: MainWindow, sidebar: ChatSidebar, store: SettingsStore
) -> None:
    window.resize(600, 500)
    assert not sidebar.isVisible()
    assert store.settings.interface.sidebar
    window.resize(1000, 700)
    assert sidebar.isVisible()


def test_of_ten_thousand_messages_only_what_is_looked_at_is_read(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, kept: KeptChats
) -> None:
    store = kept.store
    long = store.chats.new("long")
    with store.at_once():
        for at in range(5000):
            say(store, long, f"question {at}", f"answer {at}")
    chat.open(long)
    assert len(chat.messages) == 10_000
    qtbot.waitUntil(lambda: "answer 4999" in shown(window))
    assert len(chat.messages._cache) <= 4 * 64
    assert len(window.page._conversation._views) < 60
    ask(qtbot, chat, "one more")
    assert len(chat.messages) == 10_002
