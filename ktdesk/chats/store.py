# SPDX-License-Identifier: Apache-2.0
"""`ChatStore`: all that is kept of conversations."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from ktdesk.chats.attachments import Attachments
from ktdesk.chats.catalog import Catalog
from ktdesk.chats.database import Database
from ktdesk.chats.recovery import Recovery
from ktdesk.chats.search import Search
from ktdesk.chats.tree import Tree


class ChatStore:
    """The chats of one file; made by `open_chats`. Threads may share it, and wait for each other.

    Who reads for long, on a thread of its own, opens `another`. recovery: what became of the file
    if it was damaged. folder: that of a store that is temporary.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.chats = Catalog(database)
        self.messages = Tree(database)
        self.attachments = Attachments(database)
        self.search = Search(database)
        self.recovery: Recovery | None = None
        self.folder: TemporaryDirectory[str] | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    @property
    def is_temporary(self) -> bool:
        """Whether nothing of it remains when it is closed."""
        return self.folder is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def another(self) -> ChatStore:
        """Return a store of the same file, to be closed for itself. Raises ChatsError."""
        return ChatStore(Database(self._database.path))

    def at_once(self) -> AbstractContextManager[object]:
        """Give a block whose changes are stored together, on the disk at its end, or not at all."""
        return self._database.writing(is_durable=True)

    def changes_of_others(self) -> int:
        """Return a number that changes when another store has written; costs microseconds."""
        return self._database.changes_of_others()

    def close(self) -> None:
        """End the use of the file."""
        self._database.close()
        if self.folder:
            self.folder.cleanup()
