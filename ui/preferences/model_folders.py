# SPDX-License-Identifier: Apache-2.0
"""The folders of models and where new ones go, as the pages of the library show them."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.library.folder_choice import FolderChoice
from ui.library.folder_list import FolderList
from ui.library.places import Places
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner


class ModelFolders(QWidget):
    """Looks at the disks when it is made and when folders change."""

    def __init__(self, store: SettingsStore, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        places = Places(store, self)
        banner = ErrorBanner(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (FolderList(places, theme, self), FolderChoice(places, self), banner):
            column.addWidget(widget)
        places.failed.connect(banner.show_error)
        places.look()
