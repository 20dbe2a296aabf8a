# SPDX-License-Identifier: Apache-2.0
"""Export and import, in the background. No widgets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ktdesk.errors import ChatsError, KTDeskError
from ui.aio import Report, in_thread, start
from ui.error_texts import say
from ui.kept_chats import KeptChats

if TYPE_CHECKING:
    from ktdesk.chats.exchange.export import Kind
    from ktdesk.chats.exchange.importing import Imported

LM_STUDIO = Path(".lmstudio", "conversations")  # below the user's home
NAMED = 5  # problems that are shown


class Transfer(QObject):
    """Chats to files and back.

    exported: how many chats, and the path. reading: the file that an import reads now. imported: an
    `Imported`. failed: a KTDeskError, also
    with what could not be read of an import.
    """

    exported = Signal(int, str)
    imported = Signal(object)
    failed = Signal(object)
    reading = Signal(str)

    def __init__(self, kept: KeptChats, parent: QObject) -> None:
        super().__init__(parent)
        self._kept = kept

    @staticmethod
    def lm_studio_folder() -> Path | None:
        """Return where LM Studio keeps its chats on this machine, if it does."""
        folder = Path.home() / LM_STUDIO
        return folder if folder.is_dir() else None

    def export(self, path: Path, kind: Kind, chat_id: int | None) -> None:
        """Write a chat, or all of them (None), to a file; see `export_chats`."""
        start(self, self._export(path, kind, chat_id))

    def import_files(self, paths: list[Path]) -> None:
        """Add the chats of files and folders; see `import_chats`."""
        start(self, self._import(paths))

    def take_back(self, done: Imported) -> None:
        """Delete what an import has added."""
        self._kept.do(lambda: [self._kept.store.chats.delete(id_) for id_ in done.ids])

    async def _export(self, path: Path, kind: Kind, chat_id: int | None) -> None:
        store = self._kept.store

        def work(report: Report) -> int:
            del report
            from ktdesk.chats.exchange.export import export_chats

            with store.another() as own:
                return export_chats(own, path, kind, None if chat_id is None else [chat_id])

        try:
            self.exported.emit(await in_thread(work), str(path))
        except KTDeskError as error:
            self.failed.emit(error)

    async def _import(self, paths: list[Path]) -> None:
        store = self._kept.store

        def work(report: Report) -> Imported:
            from ktdesk.chats.exchange.importing import import_chats

            with store.another() as own:
                return import_chats(own, paths, report)

        try:
            done = await in_thread(work, lambda name, share: self.reading.emit(name))
        except KTDeskError as error:
            self.failed.emit(error)
            return
        self._kept.changed.emit()
        if done.chats or not done.problems:
            self.imported.emit(done)
        if done.problems:
            more = len(done.problems) - NAMED
            named = "\n".join(map(say, done.problems[:NAMED])) + (
                f"\n… ({more})" if more > 0 else ""
            )
            said = self.tr("What could not be imported: {count}").format(count=len(done.problems))
            self.failed.emit(ChatsError(said, hint=named))
