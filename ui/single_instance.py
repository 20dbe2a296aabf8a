# SPDX-License-Identifier: Apache-2.0
"""One window for each folder of data: a second start hands over what it was given, and ends.

Who holds the lock is the first. A lock says which process holds it, so one that a crash has left is
known to be nobody's; its holder's socket then is, too, and is replaced.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 3000  # for the first window to take what is handed over
MOST_BYTES = 1 << 20
_LONGEST_PATH = 100  # of a socket; systems allow a little more

log = logging.getLogger(__name__)


class SingleInstance(QObject):
    """asked: another start has handed over its arguments; the window is to come to the front."""

    asked = Signal(list)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder, self._name = folder, _socket_name(folder)
        self._lock: QLockFile | None = None
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def claim(self) -> bool:
        """Return whether this is the first, which listens from now on.

        Where the folder cannot be written there is no telling: then it counts as the first.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return True
        lock = QLockFile(str(self._folder / "window.lock"))
        lock.setStaleLockTime(0)  # a window may be open for weeks
        if not lock.tryLock(0):
            return lock.error() != QLockFile.LockError.LockFailedError
        self._lock = lock
        QLocalServer.removeServer(self._name)
        if not self._server.listen(self._name):
            log.warning("other starts cannot be heard: %s", self._server.errorString())
        return True

    def hand_over(self, arguments: Sequence[str]) -> bool:
        """Give arguments to the first one; return whether it took them."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(WAIT_MS):
            return False
        socket.write(json.dumps(list(arguments)).encode("utf-8") + b"\n")
        return socket.waitForReadyRead(WAIT_MS) and bytes(socket.readAll().data()) == b"taken\n"

    def close(self) -> None:
        """Let another one be the first."""
        self._server.close()
        if self._lock:
            self._lock.unlock()
            self._lock = None

    @Slot()
    def _greet(self) -> None:
        while socket := self._server.nextPendingConnection():
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(self._read)
            self._take(socket)

    @Slot()
    def _read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > MOST_BYTES:
                socket.abort()
            return
        arguments = _texts(bytes(socket.readLine().data()))
        if arguments is None:
            socket.abort()
            return
        socket.write(b"taken\n")
        socket.flush()
        self.asked.emit(arguments)


def _texts(line: bytes) -> list[str] | None:
    """Return the arguments that a line holds, or None if it is none of ours."""
    try:
        value: object = json.loads(line)
    except ValueError:
        return None
    if not isinstance(value, list):
        return None
    items = cast("list[object]", value)
    texts = [item for item in items if isinstance(item, str)]
    return texts if len(texts) == len(items) else None


def _socket_name(folder: Path) -> str:
    """Return where the first listens: in its folder, or by a name of user and folder."""
    path = folder.absolute() / "window.socket"
    if sys.platform != "win32" and len(str(path).encode()) <= _LONGEST_PATH:
        return str(path)
    known = hashlib.sha256(f"{getpass.getuser()}\n{folder.absolute()}".encode()).hexdigest()[:24]
    name = f"ktdesk-{known}"
    return name if sys.platform == "win32" else str(Path(tempfile.gettempdir()) / name)
