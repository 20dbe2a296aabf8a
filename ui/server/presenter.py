# SPDX-License-Identifier: Apache-2.0
"""The server of the window: its state, its keys, its requests. No widgets.

It runs in a thread of its own, beside the engine's and the GUI's, with nothing of Qt in it.
"""

from __future__ import annotations

import socket
import sys
import threading
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.errors import KTDeskError
from ktdesk.server.keys import Key, add_key, read_keys, remove_key
from ktdesk.server.visits import Visits
from ktdesk.settings import InterfaceSettings, SamplingSettings, ServerSettings, keys_file
from ui.chat.model_presenter import ModelPresenter
from ui.server.opening import Open, Served
from ui.settings_store import SettingsStore

_NEAR = 50  # ports after a taken one that are tried


class ServerState(Enum):
    """What the server does."""

    STOPPED = auto()
    STARTING = auto()
    RUNNING = auto()
    STOPPING = auto()


Setup = tuple[ServerSettings, SamplingSettings]


class ServerPresenter(QObject):
    """Starts and stops the server.

    address: where it answers, '' unless it does. visits: its requests, also of earlier starts.
    changed: state, settings, keys or model. failed: the KTDeskError that kept it from starting, or
    a key from being made.
    """

    changed = Signal()
    failed = Signal(object)
    _ready = Signal(str)
    _ended = Signal(object)

    def __init__(
        self, open_: Open, store: SettingsStore, model: ModelPresenter, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._open, self.store, self._model = open_, store, model
        self.state, self.address, self.visits = ServerState.STOPPED, "", Visits()
        self.keys: tuple[Key, ...] = ()
        self._served: Served | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_wanted = self._is_again = self._had_key = False
        self._runs_with: Setup | None = None
        self._ready.connect(self._on_ready)
        self._ended.connect(self._on_ended)
        store.changed.connect(self._follow_settings)
        model.changed.connect(self._follow_model)

    @property
    def model_name(self) -> str:
        """What clients call the model that answers; '' if none is loaded."""
        info = self._model.info
        return info.path.stem if info else ""

    @property
    def needs_restart(self) -> bool:
        """Whether the server runs with other settings than there are now, or lets nobody in."""
        has_changed = self._runs_with != self._setup() or self.is_shut
        return self.state is ServerState.RUNNING and has_changed

    @property
    def is_shut(self) -> bool:
        """Whether the last key of a server that runs was removed: nobody comes in any more."""
        return self.state is not ServerState.STOPPED and self._had_key and not self.keys

    @property
    def lacks_key(self) -> bool:
        """Whether the local network is to reach it, and there is no key."""
        return self.store.settings.server.lan and not self.keys

    def start(self) -> None:
        """Start the server; `changed` says when it answers, `failed` why it does not."""
        if self.state is not ServerState.STOPPED:
            return
        self.look_at_keys()
        self._is_wanted, self._runs_with, self._had_key = True, self._setup(), bool(self.keys)
        self._thread = threading.Thread(target=self._serve, name="server", daemon=True)
        self._set(ServerState.STARTING)
        self._thread.start()

    def stop(self) -> None:
        """Let it end: answers that run have some seconds left."""
        self._end(at_once=False)

    def restart(self) -> None:
        """Stop it, and start it with the present settings."""
        self._is_again = self.state in (ServerState.STARTING, ServerState.RUNNING)
        self.stop()

    def close(self, wait_s: float) -> bool:
        """End it now, answers and all; return whether it has ended in time."""
        self._is_again = False
        self._end(at_once=True)
        if self._thread:
            self._thread.join(wait_s)
        return not (self._thread and self._thread.is_alive())

    def use_free_port(self, port: int) -> None:
        """Take another port for good, and start there."""
        self.store.set("server", "port", port)
        self.start()

    def look_at_keys(self) -> None:
        """Read the file of keys; a server that runs follows it."""
        try:
            self.keys = read_keys(keys_file())
            self._had_key = self._had_key or bool(self.keys)
            with self._lock:
                if self._served:
                    self._served.use_keys(self.keys)
        except KTDeskError as error:
            self.failed.emit(error)
        self.changed.emit()

    def make_key(self, name: str) -> tuple[str, str] | None:
        """Make a key; return its name and text, which nobody has a second time."""
        try:
            made = add_key(keys_file(), name)
        except KTDeskError as error:
            self.failed.emit(error)
            return None
        self.look_at_keys()
        return made

    def remove_key(self, name: str) -> None:
        """Let a key be none any more."""
        try:
            remove_key(keys_file(), name)
        except KTDeskError as error:
            self.failed.emit(error)
        self.look_at_keys()

    def _setup(self) -> Setup:
        return self.store.settings.server, self.store.settings.sampling

    def _end(self, *, at_once: bool) -> None:
        if self.state is ServerState.STOPPED:
            return
        with self._lock:
            self._is_wanted = False
            if self._served:
                self._served.stop(at_once=at_once)
        self._set(ServerState.STOPPING)

    def _serve(self) -> None:
        """Make the server and run it, in its thread."""
        error: KTDeskError | None = None
        try:
            served = self._open(self.store.settings, self.visits)
            with self._lock:
                self._served = served
                if not self._is_wanted:
                    served.stop()
            served.run(lambda: self._ready.emit(served.address))
        except KTDeskError as caught:
            error = caught
        except Exception:  # noqa: BLE001 - handed to the hook that reports faults
            sys.excepthook(*sys.exc_info())  # pyright: ignore[reportArgumentType]
        finally:
            with self._lock:
                self._served = None
        self._ended.emit(error)

    def _set(self, state: ServerState) -> None:
        self.state = state
        self.changed.emit()

    @Slot(str)
    def _on_ready(self, address: str) -> None:
        if self.state is ServerState.STARTING:
            self.address = address
            self._set(ServerState.RUNNING)

    @Slot(object)
    def _on_ended(self, error: KTDeskError | None) -> None:
        self.address = ""
        self._set(ServerState.STOPPED)
        if error:
            self.failed.emit(error)
        elif self._is_again:
            self.start()
        self._is_again = False

    @Slot(str, str)
    def _follow_settings(self, section: str, name: str) -> None:
        del name
        if section in (ServerSettings.name, SamplingSettings.name, InterfaceSettings.name):
            self.changed.emit()

    @Slot()
    def _follow_model(self) -> None:
        with self._lock:
            if self._served:
                self._served.look_again()
        self.changed.emit()


def free_port(settings: ServerSettings) -> int:
    """Return a port near that of the settings that no program has; 0 if there is none."""
    host = "" if settings.lan else settings.host
    for port in range(settings.port + 1, min(settings.port + 1 + _NEAR, 65536)):
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return 0
