# SPDX-License-Identifier: Apache-2.0
"""The orders in a database that several processes share.

What people decide (orders, pauses, removals) is on the disk for good when a call returns. What the
driver says of an order never overrules a pause, whoever asked for it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.library.downloads import records
from ktdesk.library.downloads.database import open_database
from ktdesk.library.downloads.item import ACTIVE, Failure, State, Wait
from ktdesk.library.downloads.records import Record
from ktdesk.library.fetch.order import Order, Progress

_READ = """
    SELECT description, state, waits_for, failure, removal, progress
    FROM orders JOIN progress USING (id) ORDER BY place
"""
_KEEP, _DELETE = "keep", "delete"


class Store:
    """The database of orders. Its methods may be called from any thread.

    notice: what had to be done to open it, for people; or ''.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database, self.notice = open_database(path, check=_read_all)
        self._lock = threading.Lock()
        self._records: tuple[Record, ...] | None = None
        self._version = -1

    def close(self) -> None:
        """End the use of the file."""
        with self._lock:
            self._database.close()

    def records(self) -> tuple[Record, ...]:
        """Return all orders in their order, also those that are to be removed.

        The same object as before, as long as nobody has written anything.
        """
        with self._lock, self._errors_in_words():
            version = self._database.execute("PRAGMA data_version").fetchone()[0]
            if self._records is None or version != self._version:  # others have written
                self._version = version
                self._records = tuple(_read_all(self._database))
            return self._records

    def add(self, order: Order, progress: Progress) -> None:
        """Put an order at the end, or anew if its id is there already."""
        with self._transaction() as database:
            database.execute("DELETE FROM orders WHERE id = ?", (order.id,))
            database.execute(
                "INSERT INTO orders (id, place, description, state) VALUES (?, "
                "(SELECT COALESCE(MAX(place), 0) + 1 FROM orders), ?, 'queued')",
                (order.id, records.write_order(order)),
            )
            _put_progress(database, order.id, progress)

    def replace(self, order: Order) -> None:
        """Put an order in place of the one with its id; what was fetched of it stays fetched."""
        with self._transaction() as database:
            database.execute(
                "UPDATE orders SET description = ? WHERE id = ?",
                (records.write_order(order), order.id),
            )

    def pause(self, ids: Iterable[str]) -> None:
        """Pause orders; those that are done, or stand still already, stay as they are."""
        self._for_each(
            "UPDATE orders SET state = 'paused', waits_for = '', failure = '' "
            "WHERE id = ? AND state NOT IN ('done', 'failed', 'paused')",
            ids,
        )

    def resume(self, ids: Iterable[str]) -> None:
        """Let orders go on that are paused, have failed, or wait to be tried again."""
        self._for_each(
            "UPDATE orders SET state = 'queued', waits_for = '', failure = '' "
            "WHERE id = ? AND state IN ('paused', 'failed', 'waiting')",
            ids,
        )

    def mark_removed(self, order_id: str, *, deletes_files: bool) -> None:
        """Say that an order is to go. It is there until the driver has erased it."""
        removal = _DELETE if deletes_files else _KEEP
        with self._transaction() as database:
            database.execute("UPDATE orders SET removal = ? WHERE id = ?", (removal, order_id))

    def erase(self, order_id: str) -> None:
        """Take an order off the list for good."""
        self._for_each("DELETE FROM progress WHERE id = ?", [order_id])
        self._for_each("DELETE FROM orders WHERE id = ?", [order_id])

    def move(self, order_id: str, by: int) -> None:
        """Move an order by so many places, down the list or, below 0, up; at most to its end."""
        with self._transaction() as database:
            rows = database.execute("SELECT id FROM orders ORDER BY place")
            ids: list[str] = [row[0] for row in rows]
            if order_id not in ids:
                return
            at = ids.index(order_id)
            ids.insert(min(max(at + by, 0), len(ids) - 1), ids.pop(at))
            database.executemany(
                "UPDATE orders SET place = ? WHERE id = ?", list(enumerate(ids, 1))
            )

    def settle(
        self,
        order_id: str,
        state: State,
        *,
        waits_for: Wait | None = None,
        failure: Failure | None = None,
    ) -> None:
        """Write what the driver says of an order, unless it was paused meanwhile.

        That it is done is true all the same.
        """
        with self._transaction() as database:
            database.execute(
                "UPDATE orders SET state = ?, waits_for = ?, failure = ? "
                "WHERE id = ? AND (state != 'paused' OR ?)",
                (
                    state.value,
                    waits_for.value if waits_for else "",
                    records.write_failure(failure),
                    order_id,
                    state is State.DONE,
                ),
            )

    def queue_interrupted(self) -> None:
        """Put what a driver that is gone was at back into the queue."""
        states = ", ".join(f"'{state.value}'" for state in (*ACTIVE, State.WAITING))
        with self._transaction() as database:
            database.execute(
                "UPDATE orders SET state = 'queued', waits_for = '', failure = '' "
                f"WHERE state IN ({states})"
            )

    def write_progress(self, progress: Mapping[str, Progress]) -> None:
        """Write how far orders are. It may be lost in a power cut: the files themselves know."""
        with self._transaction(is_durable=False) as database:
            for order_id, each in progress.items():
                _put_progress(database, order_id, each)

    def _for_each(self, statement: str, ids: Iterable[str]) -> None:
        with self._transaction() as database:
            database.executemany(statement, [(order_id,) for order_id in ids])

    @contextmanager
    def _transaction(self, *, is_durable: bool = True) -> Generator[sqlite3.Connection]:
        database = self._database
        with self._lock, self._errors_in_words():
            self._records = None
            database.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors_in_words(self) -> Generator[None]:
        """Raise DownloadError if the file cannot be used any more."""
        try:
            yield
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise DownloadError(
                f"The list of downloads, {self._path}, cannot be used: {error}.",
                hint="See that its disk is not full, and that nothing else writes to the file.",
                kind="unwritable",
            ) from error


def _put_progress(database: sqlite3.Connection, order_id: str, progress: Progress) -> None:
    database.execute(
        "INSERT OR REPLACE INTO progress SELECT id, ? FROM orders WHERE id = ?",
        (records.write_progress(progress), order_id),
    )


def _read_all(database: sqlite3.Connection) -> list[Record]:
    return [_read(*row) for row in database.execute(_READ)]


def _read(
    description: str, state: str, waits_for: str, failure: str, removal: str, progress: str
) -> Record:
    order = records.read_order(description)
    return Record(
        order,
        State(state),
        Wait(waits_for) if waits_for else None,
        records.read_failure(failure),
        records.read_progress(progress, order),
        is_removed=bool(removal),
        deletes_files=removal == _DELETE,
    )
