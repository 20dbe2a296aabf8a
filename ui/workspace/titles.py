# SPDX-License-Identifier: Apache-2.0
"""What panes are called."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ui.workspace.layout import Pane
from ui.workspace.presenter import Workspace


def pane_title(workspace: Workspace, pane: Pane) -> str:
    """Return the title of a pane's chat, or what stands for none."""
    if pane.chat_id is None:
        return QCoreApplication.translate("Workspace", "New chat")
    title = workspace.title_of(pane)
    return title or QCoreApplication.translate("Workspace", "Chat without a title")
