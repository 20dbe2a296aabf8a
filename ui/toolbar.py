# SPDX-License-Identifier: Apache-2.0
"""The bar at the top: the model, and buttons of the commands that are wanted most."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from ui.actions import Actions
from ui.chat.model_choice import ModelChoice
from ui.chat.model_presenter import ModelPresenter
from ui.theme import Theme
from ui.widgets.icon_button import IconButton


class Toolbar(QWidget):
    """The last button has all commands in a menu."""

    def __init__(
        self, actions: Actions, model: ModelPresenter, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._theme_button = ActionButton(theme, "moon", actions["theme"], self)
        self.menu_button = IconButton(theme, "menu", self)
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(lambda: actions.fill(self.menu))
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        below = (actions["open"], actions["wizard"])
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(ActionButton(theme, "sidebar", actions["sidebar"], self))
        row.addWidget(ModelChoice(model, below, theme, self))
        row.addStretch()
        row.addWidget(ActionButton(theme, "command", actions["palette"], self))
        row.addWidget(ActionButton(theme, "new", actions["new"], self))
        row.addWidget(self._theme_button)
        row.addWidget(ActionButton(theme, "settings", actions["settings"], self))
        row.addWidget(self.menu_button)
        theme.changed.connect(self._follow_theme)
        self._follow_theme()
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.menu_button.describe(self.tr("All commands"))

    @Slot()
    def _follow_theme(self) -> None:
        self._theme_button.show_icon("sun" if self._theme.is_dark else "moon")


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
