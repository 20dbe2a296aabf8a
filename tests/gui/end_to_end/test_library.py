# SPDX-License-Identifier: Apache-2.0
"""From the search to the conversation: a hub on this machine, the real queue, shelf and engine."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktdesk.library.downloads.item import State
from ktdesk.settings import models_folder
from tests.faulty_server import FaultyServer
from tests.faulty_server.faults import Fault
from tests.gui.driving import say
from tests.gui.end_to_end.conftest import REPOSITORY
from tests.hub.server import Hub
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.library.discover_page import DiscoverPage
from ui.library.on_demand import LibraryOnDemand
from ui.library.opening import Library
from ui.library.shelf_page import ShelfPage
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.theme import Theme

PATIENCE_MS = 60_000  # with the import of torch, on a machine that is busy
LEFT = Qt.MouseButton.LeftButton


def wait(qtbot: QtBot, condition) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


@pytest.mark.slow
def test_search_get_pause_resume_verify_load_and_answer(
    qtbot: QtBot,
    paged: MainWindow,
    library: LibraryOnDemand,
    server: FaultyServer,
    data: bytes,
    chat: ChatPresenter,
    model: ModelPresenter,
    store: SettingsStore,
) -> None:
    file = f"/store/{REPOSITORY}/Tiny-F32.gguf"
    server.fail_always(file, Fault(drip_bytes_per_s=len(data) / 20))
    paged.show_page("discover")
    page = paged.findChild(DiscoverPage)
    assert not server.served()  # nobody is asked before the user asks

    qtbot.keyClicks(page.field, "tiny")
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    wait(qtbot, lambda: page.details.get.isEnabled() and not page._presenter.is_judging)
    offer = page.details.offer
    assert offer.variant.label == "F32"
    assert offer.fit == "comfortable"
    assert offer.high > 0
    assert server.sent_bytes(file) < 2 * len(data)

    downloads = library._open().downloads
    qtbot.mouseClick(page.details.get, LEFT)
    wait(qtbot, lambda: [i.state for i in downloads.snapshot.items] == [State.DOWNLOADING])
    (card,) = page.downloads.cards.values()
    qtbot.mouseClick(card.go, LEFT)
    wait(qtbot, lambda: card.item.state is State.PAUSED)
    server.mend(file)
    qtbot.mouseClick(card.go, LEFT)
    wait(qtbot, lambda: card.item.state is State.DONE)
    place = models_folder() / REPOSITORY / "Tiny-F32.gguf"
    assert place.read_bytes() == data

    paged.show_page("shelf")
    shelf = paged.findChild(ShelfPage)
    wait(qtbot, lambda: shelf.shown.rowCount() == 1)
    assert shelf.shown.index(0, 1).data() == "Complete"
    shelf.table.selectRow(0)
    qtbot.keyClick(shelf.table, Qt.Key.Key_Return)
    assert paged.page.isVisible()
    wait(qtbot, lambda: model.is_ready)
    assert model.info.path == place
    store.set("sampling", "max_tokens", 4)
    say(qtbot, paged, chat, "hello")
    assert chat.messages[1].stats.generated_tokens > 0


@pytest.mark.slow
def test_what_was_begun_goes_on_at_the_next_start(
    qtbot: QtBot,
    qapp: QApplication,
    hub: Hub,
    server: FaultyServer,
    data: bytes,
    store: SettingsStore,
    model: ModelPresenter,
    theme: Theme,
) -> None:
    file = f"/store/{REPOSITORY}/Tiny-F32.gguf"
    server.fail_always(file, Fault(stall_after=len(data) // 2))
    first = Library(store, model, theme, qapp)
    page = first.make_discover()
    qtbot.addWidget(page)
    page.show()
    page._presenter.search(REPOSITORY)
    wait(qtbot, lambda: page.details.offer is not None and page.details.folder.folder is not None)
    page._presenter.get(page.details.offer, models_folder())
    wait(
        qtbot, lambda: first.downloads.snapshot.totals.done_bytes > 0 or server.sent_bytes(file) > 0
    )
    page.close()
    first.close()
    server.mend(file)
    second = Library(store, model, theme, qapp)
    wait(qtbot, lambda: [i.state for i in second.downloads.snapshot.items] == [State.DONE])
    second.close()
    assert (models_folder() / REPOSITORY / "Tiny-F32.gguf").read_bytes() == data
