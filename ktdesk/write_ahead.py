# SPDX-License-Identifier: Apache-2.0
"""Write-ahead logs of SQLite files that several programs may begin together."""

from __future__ import annotations

import sqlite3
import time


def write_ahead(connection: sqlite3.Connection, busy_s: float) -> None:
    """Write changes ahead from now on. busy_s: how long others may have the file to themselves.

    Programs that begin a file together are refused at once, not after the connection's timeout,
    since each waits for the other's lock: so they ask again. Raises sqlite3.Error.
    """
    until = time.monotonic() + busy_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
