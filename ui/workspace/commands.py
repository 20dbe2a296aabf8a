# SPDX-License-Identifier: Apache-2.0
"""What the user can do with tabs and panes, as lines of the window's table of commands."""

from __future__ import annotations

from collections.abc import Callable

from ui.actions import QT_TRANSLATE_NOOP, Command
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
            QT_TRANSLATE_NOOP("MainWindow", "New tab"),
            "Ctrl+T",
            workspace.new_tab,
            is_seen,
            begins=QT_TRANSLATE_NOOP("MainWindow", "Tabs and panes"),
        ),
        Command(
            "close",
            QT_TRANSLATE_NOOP("MainWindow", "Close"),
            "Ctrl+W",
            lambda: workspace.close_pane(),
            is_seen,
        ),
        Command(
            "reopen",
            QT_TRANSLATE_NOOP("MainWindow", "Open the closed tab again"),
            "Ctrl+Shift+T",
            workspace.reopen,
            lambda: is_seen() and workspace.can_reopen,
        ),
        Command(
            "next_tab",
            QT_TRANSLATE_NOOP("MainWindow", "Next tab"),
            "Ctrl+Tab",
            lambda: page.step_tab(1),
            has_tabs,
        ),
        Command(
            "previous_tab",
            QT_TRANSLATE_NOOP("MainWindow", "Tab before"),
            "Ctrl+Shift+Tab",
            lambda: page.step_tab(-1),
            has_tabs,
        ),
        Command(
            "split",
            QT_TRANSLATE_NOOP("MainWindow", "Another chat beside this one"),
            "Ctrl+\\",
            workspace.split,
            lambda: is_seen() and workspace.can_split,
        ),
        Command(
            "next_pane",
            QT_TRANSLATE_NOOP("MainWindow", "Next pane"),
            "F6",
            lambda: page.step_pane(1),
            has_panes,
        ),
        Command(
            "previous_pane",
            QT_TRANSLATE_NOOP("MainWindow", "Pane before"),
            "Shift+F6",
            lambda: page.step_pane(-1),
            has_panes,
        ),
        Command(
            "compare",
            QT_TRANSLATE_NOOP("MainWindow", "Ask all panes with one prompt"),
            "Ctrl+Shift+P",
            toggle_compare,
            is_seen,
        ),
        Command(
            "chat_settings",
            QT_TRANSLATE_NOOP("MainWindow", "Model, instructions and settings of this chat"),
            "Ctrl+Shift+I",
            page.toggle_chat_settings,
            is_seen,
        ),
        Command(
            "line",
            QT_TRANSLATE_NOOP("MainWindow", "Show the questions in line"),
            "Ctrl+Shift+Q",
            page.show_line,
            lambda: is_seen() and bool(workspace.line.waiting),
        ),
    )
