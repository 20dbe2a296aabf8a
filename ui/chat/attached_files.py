# SPDX-License-Identifier: Apache-2.0
"""What goes with the question that is being written: read and counted off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ktdesk.attachments import Attachment, Reading, compose, read_paths
from ktdesk.errors import KTDeskError
from ui.aio import Flow, Report, in_thread, start


@dataclass(frozen=True, slots=True)
class AttachedItem:
    """One file, or the files of one folder. tokens None: there is no model to count with."""

    name: str
    attachments: tuple[Attachment, ...]
    tokens: int | None

    @property
    def is_image(self) -> bool:
        """Whether it is a picture."""
        return len(self.attachments) == 1 and self.attachments[0].is_image


class AttachedFiles(QObject):
    """The items, in the order they were added.

    changed: the items, or what is being read. failed: a KTDeskError about a file that was left out.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, count: Callable[[str], int], parent: QObject) -> None:
        super().__init__(parent)
        self._count = count
        self._flow: Flow | None = None
        self._waiting: list[Path] = []
        self.items: list[AttachedItem] = []
        self.reading = ""  # the file that is read now

    @property
    def attachments(self) -> list[Attachment]:
        """All that goes with the question."""
        return [attachment for item in self.items for attachment in item.attachments]

    @property
    def is_reading(self) -> bool:
        """Whether not everything is there yet."""
        return self._flow is not None

    def add(self, paths: Sequence[Path]) -> None:
        """Read files and folders; they are added when they are read."""
        self._waiting += paths
        if self._flow is None and self._waiting:
            paths, self._waiting = self._waiting, []
            self._begin(lambda look: read_paths(paths, look))

    def put(self, attachments: Sequence[Attachment]) -> None:
        """Have these in place of those that are there."""
        self.clear()
        self.append(attachments)

    def append(self, attachments: Sequence[Attachment]) -> None:
        """Add what is read already."""
        if attachments:
            self.items += item_groups(attachments)
            self.recount()
            self.changed.emit()

    def remove(self, item: AttachedItem) -> None:
        """Take an item away."""
        self.items = [other for other in self.items if other is not item]
        self.changed.emit()

    def clear(self) -> None:
        """Take everything away, also what is being read."""
        if self._flow:
            self._flow.cancel()
        self._flow, self.reading, self._waiting, self.items = None, "", [], []
        self.changed.emit()

    def recount(self) -> None:
        """Count again: there is another model."""
        if self.items and self._flow is None:
            attachments, self.items = self.attachments, []
            self._begin(lambda look: Reading(tuple(attachments), ()))

    def _begin(self, read: Callable[[Callable[[str], None]], Reading]) -> None:
        self._flow = start(self, self._read(read))
        self.changed.emit()

    async def _read(self, read: Callable[[Callable[[str], None]], Reading]) -> None:
        def work(report: Report) -> tuple[list[AttachedItem], Reading]:
            reading = read(lambda name: report(name, 0.0))
            return [
                self._item(name, group) for name, group in _groups(reading.attachments)
            ], reading

        try:
            items, reading = await in_thread(work, self._show)
        except KTDeskError as error:
            self._flow, self.reading = None, ""
            self.changed.emit()
            self.failed.emit(error)
            return
        self._flow, self.reading = None, ""
        self.items += items
        self.changed.emit()
        for problem in reading.problems[:1]:  # one bar is enough
            self.failed.emit(problem)
        self.add(())

    def _item(self, name: str, group: tuple[Attachment, ...]) -> AttachedItem:
        try:
            return AttachedItem(name, group, self._count(compose("", group)))
        except KTDeskError:
            return AttachedItem(name, group, None)

    def _show(self, name: str, fraction: float) -> None:
        del fraction
        self.reading = name
        self.changed.emit()


def item_groups(attachments: Sequence[Attachment]) -> list[AttachedItem]:
    """Return attachments as they are shown, not counted."""
    return [AttachedItem(name, group, None) for name, group in _groups(attachments)]


def _groups(attachments: Sequence[Attachment]) -> list[tuple[str, tuple[Attachment, ...]]]:
    """Return files by themselves, and those of a folder together."""
    groups: dict[str, list[Attachment]] = {}
    for number, attachment in enumerate(attachments):
        folder, is_below, _ = attachment.name.partition("/")
        groups.setdefault(f"{folder}/" if is_below else f"{number}", []).append(attachment)
    return [
        (name if name.endswith("/") else group[0].name, tuple(group))
        for name, group in groups.items()
    ]
