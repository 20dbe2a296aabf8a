# SPDX-License-Identifier: Apache-2.0
"""What the user can do with tabs and panes, as lines of the window's table of commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from ui.actions import Command
from ui.workspace.page import WorkspacePage
from ui.workspace.presenter import Workspace


def workspace_commands(
    workspace: Workspace, page: WorkspacePage, is_seen: Callable[[], bool]
) -> tuple[Command, ...]:
    """Return the commands. is_seen: whether the page is; else they do nothing."""

    def has_tabs() -> bool:
        return is_seen() and len(workspace.layout.tabs) > 1

    def has_panes() -> bool:
        return is_seen() and len(workspace.tab.panes) > 1

    def toggle_compare() -> None:
        workspace.compare(is_wanted=not workspace.tab.is_comparing)

    return (
        Command(
            "new_tab",
            lambda: QCoreApplication.translate("WorkspaceCommands", "New tab"),
            "Ctrl+T",
            workspace.new_tab,
            is_seen,
        ),
        Command(
            "close",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Close"),
            "Ctrl+W",
            lambda: workspace.close_pane(),
            is_seen,
        ),
        Command(
            "reopen",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Open the closed tab again"),
            "Ctrl+Shift+T",
            workspace.reopen,
            lambda: is_seen() and workspace.can_reopen,
        ),
        Command(
            "next_tab",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Next tab"),
            "Ctrl+Tab",
            lambda: page.step_tab(1),
            has_tabs,
        ),
        Command(
            "previous_tab",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Tab before"),
            "Ctrl+Shift+Tab",
            lambda: page.step_tab(-1),
            has_tabs,
        ),
        Command(
            "split",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Another chat beside this one"),
            "Ctrl+\\",
            workspace.split,
            lambda: is_seen() and workspace.can_split,
        ),
        Command(
            "next_pane",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Next pane"),
            "F6",
            lambda: page.step_pane(1),
            has_panes,
        ),
        Command(
            "previous_pane",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Pane before"),
            "Shift+F6",
            lambda: page.step_pane(-1),
            has_panes,
        ),
        Command(
            "compare",
            lambda: QCoreApplication.translate(
                "WorkspaceCommands", "Ask all panes with one prompt"
            ),
            "Ctrl+Shift+P",
            toggle_compare,
            is_seen,
        ),
        Command(
            "chat_settings",
            lambda: QCoreApplication.translate(
                "WorkspaceCommands", "Model, instructions and settings of this chat"
            ),
            "Ctrl+Shift+I",
            page.toggle_chat_settings,
            is_seen,
        ),
        Command(
            "line",
            lambda: QCoreApplication.translate("WorkspaceCommands", "Show the questions in line"),
            "Ctrl+Shift+Q",
            page.show_line,
            lambda: is_seen() and bool(workspace.line.waiting),
        ),
    )
