# SPDX-License-Identifier: Apache-2.0
"""The rules as they are chosen, opened, typed and saved. No widgets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ktdesk.settings import placements_folder

if TYPE_CHECKING:
    from ktdesk.operators.placement import Placement
    from ktdesk.planning.plan import Plan, Planner

AUTO, OWN = "auto", "own"  # choices besides the names of placements that come with KTDesk


class Rules(QObject):
    """A text, and where it comes from.

    rewritten: the text is another one, and not by `edit`. choice: AUTO, OWN, or a name. file: that
    was opened or saved last.
    """

    rewritten = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choice: str = AUTO
        self.text: str = ""
        self.file: Path | None = None

    @property
    def folder(self) -> Path:
        """Where files are looked for."""
        return self.file.parent if self.file else placements_folder()

    def choose(self, name: str, text: str | None = None) -> None:
        """Take a placement by its name; without its text, the rules stay as they are."""
        self.choice, self.file = name, None
        if text is not None:
            self._rewrite(text)

    def edit(self, text: str) -> bool:
        """Take what is typed; return whether it is anything new."""
        is_new = text != self.text
        if is_new:
            self.text, self.choice = text, OWN
        return is_new

    def open(self, file: Path) -> None:
        """Take the rules of a file. Raises PlacementError if it cannot be read."""
        from ktdesk.planning.choices import read_rules

        text = read_rules(file)
        self.choice, self.file = OWN, file
        self._rewrite(text)

    def save(self, file: Path) -> None:
        """Write the rules to a file. Raises PlacementError if it cannot be written."""
        from ktdesk.planning.choices import save_rules

        save_rules(file, self.text)
        self.file = file

    def parse(self, planner: Planner) -> Placement | None:
        """Return the rules for a model, None to leave the choice to KTDesk.

        Raises PlacementError for the first fault.
        """
        from ktdesk.planning.choices import parse_rules

        if self.choice == AUTO:
            return None
        file = self.file or placements_folder() / f"{self.choice}.yaml"
        return parse_rules(self.text, file, planner)

    def follow(self, plan: Plan) -> None:
        """Show what KTDesk has chosen, where the choice is left to it."""
        if self.choice == AUTO:
            self._rewrite(plan.assignment.placement.write())

    def _rewrite(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.rewritten.emit()
