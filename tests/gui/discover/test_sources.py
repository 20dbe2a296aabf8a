# SPDX-License-Identifier: Apache-2.0
"""The dialog of sources: own ones come and go, and all are measured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.speed_test import SourceSpeed
from ktdesk.library.web import Web
from ktdesk.settings import NetworkSettings, SourcesSettings
from tests.gui.accessible import check_accessible
from tests.gui.said import check_chinese
from tests.gui.wizard_driving import wait
from ui.library.measuring import SourceMeasurer
from ui.library.sources_dialog import SourcesDialog
from ui.library.sources_presenter import SourcesPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(NetworkSettings())
    yield web
    web.close()


@pytest.fixture
def measurer(web: Web, store: SettingsStore) -> SourceMeasurer:
    return SourceMeasurer(lambda: store.settings.sources, web, Credentials())


@pytest.fixture
def presenter(qapp, measurer: SourceMeasurer, store: SettingsStore) -> SourcesPresenter:
    return SourcesPresenter(measurer, store)


@pytest.fixture
def dialog(
    qtbot: QtBot, presenter: SourcesPresenter, theme: Theme, window
) -> Iterator[SourcesDialog]:
    dialog = SourcesDialog(presenter, theme, window)
    dialog.show()
    yield dialog
    presenter.stop()
    dialog.hide()


def said(dialog: SourcesDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def remove_buttons(dialog: SourcesDialog) -> list[QToolButton]:
    return [each for each in dialog.findChildren(QToolButton, "cardButton") if each.isVisible()]


def test_a_server_and_a_folder_are_added_and_removed(
    qtbot: QtBot, dialog: SourcesDialog, store: SettingsStore, tmp_path: Path
) -> None:
    for name in ("http://server.lan/models", str(tmp_path)):
        dialog.field.setText(name)
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
        assert dialog.field.text() == ""
    sources = store.settings.sources
    assert (sources.servers, sources.folders) == (("http://server.lan/models",), (str(tmp_path),))
    wait(qtbot, lambda: str(tmp_path) in said(dialog))
    for _ in range(2):
        wait(qtbot, lambda: bool(remove_buttons(dialog)))
        qtbot.mouseClick(remove_buttons(dialog)[0], LEFT)
    assert store.settings.sources == SourcesSettings()
    assert remove_buttons(dialog) == []  # the others stay


@pytest.mark.parametrize("name", ["no such folder", "http://", "https://exa mple/x"])
def test_what_is_no_source_is_refused_in_words(
    qtbot: QtBot, dialog: SourcesDialog, store: SettingsStore, name: str
) -> None:
    dialog.field.setText(name)
    qtbot.mouseClick(dialog.add, LEFT)
    assert store.settings.sources == SourcesSettings()
    assert dialog.banner.isVisible()
    assert dialog.field.text() == name


def test_the_speed_of_a_folder_is_measured(
    qtbot: QtBot,
    dialog: SourcesDialog,
    presenter: SourcesPresenter,
    store: SettingsStore,
    tmp_path: Path,
) -> None:
    (tmp_path / "maker" / "model").mkdir(parents=True)
    (tmp_path / "maker" / "model" / "m-Q8_0.gguf").write_bytes(bytes(1 << 20))
    for name in ("hub", "mirror", "modelscope"):
        store.set("sources", name, "http://127.0.0.1:9")  # nobody listens there
    presenter.add(str(tmp_path))
    qtbot.mouseClick(dialog.test, LEFT)
    assert presenter.is_measuring
    wait(qtbot, lambda: not presenter.is_measuring)
    speeds = {row.id: row.speed for row in presenter.rows}
    assert speeds[str(tmp_path)].bytes_per_s > 0
    assert speeds["huggingface"].problem
    wait(qtbot, lambda: any("/s, begins after" in text for text in said(dialog)))


def test_a_test_is_stopped_and_keeps_what_it_knows(
    qtbot: QtBot, dialog: SourcesDialog, presenter: SourcesPresenter, measurer, monkeypatch
) -> None:
    def measure(stop: threading.Event) -> list[SourceSpeed]:
        assert stop.wait(10)
        return [SourceSpeed("mirror", 5e6, 0.25)]

    monkeypatch.setattr(measurer, "measure", measure)
    qtbot.mouseClick(dialog.test, LEFT)
    assert dialog.test.text() == "Stop"
    qtbot.mouseClick(dialog.test, LEFT)
    wait(qtbot, lambda: not presenter.is_measuring)
    wait(qtbot, lambda: "5.0 MB/s, begins after 0.2 s" in said(dialog))
    assert dialog.test.text() == "Test the speed"


def test_all_has_names(dialog: SourcesDialog, presenter: SourcesPresenter) -> None:
    presenter.add("http://server.lan/models")
    check_accessible(dialog)


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(dialog: SourcesDialog, presenter: SourcesPresenter) -> None:
    presenter.add("http://server.lan/models")
    check_chinese(dialog)
