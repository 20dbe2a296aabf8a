# SPDX-License-Identifier: Apache-2.0
"""The language of the window: translations of KTDesk and of Qt, changed at run time."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from ui import resource

# Each by its own name, so that everybody finds theirs.
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}


class Language(QObject):
    """Installs the translators of one language at a time; widgets get a LanguageChange event."""

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._application = application
        self._translators: list[QTranslator] = []
        self._language = ""

    def use(self, code: str) -> None:
        """Speak a language of LANGUAGES; '' or an unknown one follows the system, or is English."""
        language = code if code in LANGUAGES else system_language()
        if language == self._language:
            return
        self._language = language
        for translator in self._translators:
            self._application.removeTranslator(translator)
        self._translators.clear()
        QLocale.setDefault(QLocale(language))
        if language == "en":
            return
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in (("qtbase", qt_folder), ("ktdesk", str(resource("i18n")))):
            translator = QTranslator(self)
            if translator.load(f"{name}_{language}", folder):
                self._application.installTranslator(translator)
                self._translators.append(translator)


def system_language() -> str:
    """Return the first of the system's languages that KTDesk speaks, else English."""
    for name in QLocale.system().uiLanguages():
        language, _, rest = name.partition("-")
        if language == "zh" and not {"TW", "HK", "MO", "Hant"} & set(rest.split("-")):
            return "zh_CN"
        if language == "en":
            break
    return "en"
