# SPDX-License-Identifier: Apache-2.0
"""The Settings page: everything is there, found by words, changed at once, and taken back."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ktdesk.settings import Settings, describe, load_settings
from tests.gui.accessible import check_accessible
from tests.gui.said import check_chinese
from ui.crash_reports import CrashReports
from ui.language import Language
from ui.preferences.page import PreferencesPage
from ui.preferences.presenter import PreferencesPresenter
from ui.preferences.privacy_box import PrivacyBox
from ui.preferences.setting_row import SettingRow
from ui.settings_store import SettingsStore
from ui.theme import Theme


@pytest.fixture
def reports(tmp_path: Path) -> CrashReports:
    return CrashReports(tmp_path / "crashes")


@pytest.fixture
def page(
    qtbot: QtBot, store: SettingsStore, reports: CrashReports, theme: Theme
) -> PreferencesPage:
    page = PreferencesPage(PreferencesPresenter(store), reports, theme)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    return page


def rows(page: PreferencesPage) -> dict[str, SettingRow]:
    return {row.field.objectName(): row for row in page.findChildren(SettingRow)}


def shown(page: PreferencesPage) -> set[str]:
    return {name for name, row in rows(page).items() if row.isVisible()}


def test_every_setting_for_people_is_there_in_the_advanced_mode(
    page: PreferencesPage, store: SettingsStore
) -> None:
    store.set("interface", "advanced", True)
    everything = {
        f"{field.name}.{name}"
        for field in fields(Settings)
        for name, about in describe(type(getattr(Settings(), field.name))).items()
        if about.level != "internal"
    }
    elsewhere = {
        "interface.advanced",
        "models.folders",
        "models.downloads",
    }  # with forms of their own
    assert shown(page) == everything - elsewhere


def test_the_switch_changes_the_mode(qtbot: QtBot, page: PreferencesPage, store) -> None:
    assert "sampling.temperature" in shown(page)
    assert "sampling.top_k" not in shown(page)
    page.advanced.click()
    assert store.settings.interface.advanced
    assert "sampling.top_k" in shown(page)


def test_what_was_changed_is_hidden_by_no_mode(page: PreferencesPage, store) -> None:
    store.set("sampling", "top_k", 7)
    page.field.setText("many of the likeliest")
    assert shown(page) == {"sampling.top_k"}


@pytest.mark.parametrize("words", ["temperature", "varied HIGHER", "sampling.temp", "温度"])
def test_a_setting_is_found_by_words(qapp: QApplication, page: PreferencesPage, words: str) -> None:
    language = Language(qapp)
    language.use("zh_CN")
    page.field.setText(words.replace(".", " "))
    assert shown(page) == {"sampling.temperature"}
    visible = [page.list.item(at) for at in range(page.list.count())]
    assert [item.text() for item in visible if not item.isHidden()] == [
        page._settings["sampling"].title.text()
    ]
    language.use("en")


def test_what_only_the_advanced_mode_has_is_told(page: PreferencesPage) -> None:
    page.field.setText("penalty")
    assert shown(page) == set()
    said = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert any("advanced mode shows more of it: 4" in text for text in said)
    page.field.setText("no such thing")
    assert page._more.text() == "Nothing is called so."


def test_values_are_taken_at_once_and_taken_back(
    qtbot: QtBot, page: PreferencesPage, store: SettingsStore
) -> None:
    row = rows(page)["sampling.temperature"]
    assert not row.back.isVisible()
    row.findChild(QDoubleSpinBox).setValue(1.25)
    assert store.settings.sampling.temperature == 1.25
    assert row.back.isVisible()
    qtbot.mouseClick(row.back, Qt.MouseButton.LeftButton)
    assert store.settings.sampling.temperature == Settings().sampling.temperature
    assert row.findChild(QDoubleSpinBox).value() == Settings().sampling.temperature


def test_language_and_theme_are_chosen_here(page: PreferencesPage, store: SettingsStore) -> None:
    choice = rows(page)["interface.language"].findChild(QComboBox)
    choice.activated.emit(choice.findText("简体中文"))
    assert store.settings.interface.language == "zh_CN"
    choice = rows(page)["interface.theme"].findChild(QComboBox)
    choice.activated.emit(choice.findData("dark"))
    assert store.settings.interface.theme == "dark"


def test_folders_may_hold_spaces_and_commas(
    qtbot: QtBot, page: PreferencesPage, store: SettingsStore
) -> None:
    store.set("interface", "advanced", True)
    field = rows(page)["sources.folders"].findChild(QPlainTextEdit)
    field.setFocus()
    field.setPlainText("/media/a stick, mine\n\n/other\n")
    page.field.setFocus()
    qtbot.waitUntil(lambda: store.settings.sources.folders == ("/media/a stick, mine", "/other"))
    store.save_now()
    assert load_settings().sources.folders == ("/media/a stick, mine", "/other")


def test_all_is_reset_after_a_question_but_for_where_models_are(
    qtbot: QtBot, page: PreferencesPage, store: SettingsStore
) -> None:
    assert not page.reset.isEnabled()
    store.set("sampling", "top_k", 7)
    store.set("models", "folders", ("/media/stick",))
    store.set("interface", "wizard_done", True)
    page.reset.click()
    (question,) = page.findChildren(QMessageBox)
    assert "Changed ones: 1." in question.informativeText()
    question.button(QMessageBox.StandardButton.Reset).click()
    assert store.settings.sampling == Settings().sampling
    assert store.settings.models.folders == ("/media/stick",)
    assert store.settings.interface.wizard_done


def test_reports_of_crashes_are_counted_and_deleted(
    qtbot: QtBot, page: PreferencesPage, reports: CrashReports
) -> None:
    box = page.findChild(PrivacyBox)
    assert not box.delete.isEnabled()
    reports.write(ValueError, ValueError("oops"), None)
    page.hide()
    page.show()
    assert "1" in box.count.text()
    box.delete.click()
    assert reports.found() == []
    assert not box.delete.isEnabled()


@pytest.mark.parametrize("is_advanced", [False, True])
def test_all_can_be_reached_and_has_a_name(
    page: PreferencesPage, store: SettingsStore, is_advanced: bool
) -> None:
    store.set("interface", "advanced", is_advanced)
    check_accessible(page)


def test_a_section_is_scrolled_to(qtbot: QtBot, page: PreferencesPage) -> None:
    bar = page._area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    page.list.setCurrentRow(page.list.count() - 1)
    box: QWidget = page.findChild(PrivacyBox)
    assert box.visibleRegion().isEmpty() is False


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("is_advanced", [False, True])
def test_all_of_it_is_said_in_chinese(
    page: PreferencesPage, store: SettingsStore, is_advanced: bool
) -> None:
    store.set("interface", "advanced", is_advanced)
    check_chinese(page)
