# SPDX-License-Identifier: Apache-2.0
"""Every text can be said in Chinese, and is when the language changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLabel

from ktdesk.engine import LoadProgress
from ktdesk.settings import Settings, describe
from ui import resource
from ui.chat.stages import stage_text
from ui.language import LANGUAGES, Language
from ui.main_window import MainWindow
from ui.widgets.setting_texts import TEXTS, setting_text

ROOT = Path(__file__).parents[2]
TRANSLATED = [code for code in LANGUAGES if code != "en"]


@pytest.fixture
def language(qapp: QApplication):
    language = Language(qapp)
    language.use("en")
    yield language
    language.use("en")


def sources(path: Path) -> set[tuple[str, str]]:
    """Return context and text of every message of a .ts file."""
    contexts = ET.parse(path).getroot().iter("context")  # noqa: S314, RUF100 - our own file
    return {(c.findtext("name"), m.findtext("source")) for c in contexts for m in c.iter("message")}


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_text_is_new_or_unfinished(code: str, tmp_path: Path) -> None:
    kept, fresh = resource(f"i18n/ktdesk_{code}.ts"), tmp_path / "fresh.ts"
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    command = str(tool) if tool.exists() else shutil.which("pyside6-lupdate")
    files = sorted(map(str, (ROOT / "ui").rglob("*.py")))
    subprocess.run([command, *files, "-ts", str(fresh)], check=True, capture_output=True)
    assert sources(fresh) == sources(kept)
    texts = [node.text for node in ET.parse(kept).getroot().iter("translation")]  # noqa: S314, RUF100
    assert all(texts)
    assert 'type="unfinished"' not in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_file_holds_every_translation(code: str, language: Language) -> None:
    language.use(code)
    root = ET.parse(resource(f"i18n/ktdesk_{code}.ts")).getroot()  # noqa: S314, RUF100
    for context in root.iter("context"):
        for message in context.iter("message"):
            name, source = context.findtext("name"), message.findtext("source")
            assert QCoreApplication.translate(name, source) == message.findtext("translation")


def test_every_setting_that_is_shown_can_be_translated() -> None:
    texts: set[str] = set()
    for field in fields(Settings):
        for name, about in describe(type(getattr(Settings(), field.name))).items():
            if about.level != "internal":
                times = name in {"night_from", "night_to"}  # which are the same everywhere
                texts |= {about.title, about.help, about.unit, *(() if times else about.choices)}
    assert texts - {""} == set(TEXTS)


def test_a_change_of_the_language_reaches_what_is_on_the_screen(
    window: MainWindow, language: Language
) -> None:
    def said() -> set[str]:
        labels = {label.text() for label in window.findChildren(QLabel)}
        return labels | {window.actions_by_id["new"].text()}

    for open_it in (window.workspace.toggle_drawer, window.workspace.toggle_chat_settings):
        open_it()
    window.actions_by_id["compare"].trigger()
    before = said()
    language.use("zh_CN")
    QApplication.processEvents()
    assert {setting_text("Temperature"), "温度", "新对话", "尚未加载模型", "系统提示"} <= said()
    language.use("en")
    QApplication.processEvents()
    assert said() == before


def test_qt_s_own_buttons_are_translated_too(language: Language) -> None:
    language.use("zh_CN")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"


def test_how_much_of_a_model_is_read_is_said_in_both_languages(language: Language) -> None:
    now = LoadProgress("Reading the weights", 0.3, 3_100_000_000, 12_400_000_000)
    assert stage_text(now) == "Reading the weights: 3.1 of 12.4 GB"
    language.use("zh_CN")
    assert stage_text(now) == "正在读取权重\uff1a3.1 / 12.4 GB"
    assert stage_text(LoadProgress("Ready", 1.0)) == "就绪"
