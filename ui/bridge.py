# SPDX-License-Identifier: Apache-2.0
"""The engine, seen from the GUI thread: it works in threads of its own, events come in bundles.

A timer on the GUI thread takes what has gathered, so there are at most 30 signals a second however
fast the tokens come. Cancelling goes straight to the engine and waits for nothing.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from ktdesk import (
    Done,
    Event,
    Failed,
    KTDeskError,
    ModelInfo,
    Prefill,
    PromptSize,
    Request,
    Token,
)
from ktdesk.engine import Engine, LoadProgress
from ktdesk.errors import Cancelled
from ktdesk.hardware import physical_cores
from ktdesk.loading import load_into
from ktdesk.settings import EngineSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ktdesk.library.shelf.model_settings import ModelSettings

TICK_MS = 34  # under 30 a second


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model is ready. settings: that it was loaded with.

    key: of its content, or '' if nothing can be kept for it. own: what was chosen for it alone.
    """

    info: ModelInfo
    settings: EngineSettings
    key: str
    own: ModelSettings


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """No model is loaded: because of an error, or, without one, since loading was cancelled."""

    error: KTDeskError | None


BridgeEvent = Event | LoadProgress | Loaded | LoadFailed
_LAST = (Done, Failed, Loaded, LoadFailed)


class Job(Protocol):
    """One load or one request, shared by both threads. request_id: '' for a load."""

    request_id: str
    cancelled: threading.Event
    bundle: Bundle

    def run(self, engine: Engine) -> None:
        """Do it, in the engine's thread."""
        ...

    def cancel(self, engine: Engine) -> None:
        """Stop it, from the GUI thread; it then ends as cancelled."""
        ...


class Bundle:
    """Events on their way from one thread to another; those that can be are merged."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[BridgeEvent] = []

    def add(self, event: BridgeEvent) -> None:
        """Append an event. Texts of one channel become one, of progress the newest stays."""
        with self._lock:
            last = self._events[-1] if self._events else None
            if (
                isinstance(event, Token)
                and isinstance(last, Token)
                and event.channel == last.channel
            ):
                self._events[-1] = Token(None, last.text + event.text, event.channel)
            elif isinstance(event, Prefill | LoadProgress) and type(last) is type(event):
                self._events[-1] = event
            else:
                self._events.append(event)

    def take(self) -> list[BridgeEvent]:
        """Return what has gathered since the last time."""
        with self._lock:
            events, self._events = self._events, []
            return events


class _Load:
    request_id = ""

    def __init__(
        self, path: Path, settings: EngineSettings, placement: str | None, own: Mapping[str, Any]
    ) -> None:
        self._path, self._settings, self._placement, self._own = path, settings, placement, own
        self.cancelled, self.bundle = threading.Event(), Bundle()

    def run(self, engine: Engine) -> None:
        # with numpy, and what reads model files
        from ktdesk.library.shelf.before_load import verify_first
        from ktdesk.library.shelf.loading import prepare_load, remember

        try:
            self._report(engine, LoadProgress("", 0.0))
            verify_first(self._path, lambda now: self._report(engine, now))
            model = prepare_load(self._path)
            own = model.own.choosing(self._placement, self._own, self._settings)
            settings = own.over(self._settings)
            engine.threads = settings.threads or physical_cores()
            info = load_into(
                engine,
                self._path,
                settings,
                own.placement or "auto",
                lambda now: self._report(engine, now),
            )
            remember(model, own)
            self.bundle.add(Loaded(info, settings, model.key, own))
        except Cancelled:
            self.bundle.add(LoadFailed(None))
        except KTDeskError as error:
            self.bundle.add(LoadFailed(error))
        except Exception:  # noqa: BLE001 - handed to the hook that reports faults
            self.bundle.add(LoadFailed(_fault()))

    def cancel(self, engine: Engine) -> None:
        self.cancelled.set()
        engine.cancel_load()

    def _report(self, engine: Engine, now: LoadProgress) -> None:
        if self.cancelled.is_set():  # perhaps before the engine knew of this load
            raise Cancelled
        self.bundle.add(now)


class _Answer:
    def __init__(self, request: Request) -> None:
        self._request, self.request_id = request, request.id
        self.cancelled, self.bundle = threading.Event(), Bundle()

    def run(self, engine: Engine) -> None:
        try:
            events = engine.generate(self._request)
            if self.cancelled.is_set():  # before the engine knew of this request
                engine.cancel(self._request.id)
            for event in events:
                self.bundle.add(event)
        except Exception:  # noqa: BLE001 - handed to the hook that reports faults
            self.bundle.add(Failed(_fault()))

    def cancel(self, engine: Engine) -> None:
        self.cancelled.set()
        engine.cancel(self._request.id)


class _Unload:
    request_id = ""

    def __init__(self) -> None:
        self.cancelled, self.bundle = threading.Event(), Bundle()

    def run(self, engine: Engine) -> None:
        engine.unload()
        self.bundle.add(LoadFailed(None))

    def cancel(self, engine: Engine) -> None:
        del engine  # it takes no time


def _fault() -> KTDeskError:
    """Report the exception that is being handled; return what to tell the user."""
    sys.excepthook(*sys.exc_info())  # pyright: ignore[reportArgumentType]
    return KTDeskError("KTDesk has a fault; it is not your doing.", hint="The log says more.")


class _Worker(QObject):
    """Does jobs one after another in a thread of its own.

    ended: a job has; what is left of its events is there.
    """

    ended = Signal()
    _given = Signal(object)

    def __init__(self, engine: Engine, owner: QObject) -> None:
        super().__init__()
        self._engine = engine
        self.job: Job | None = None  # as the GUI thread sees it
        self._thread = QThread(owner)
        self._thread.setObjectName("engine")
        self.moveToThread(self._thread)
        self._given.connect(self._run)
        self._thread.start()

    def begin(self, job: Job) -> None:
        """Do a job once those before it have ended."""
        self.job = job
        self._given.emit(job)

    def quit(self) -> None:
        """End the thread after its job."""
        self._thread.quit()

    def has_ended(self, wait_ms: int) -> bool:
        """Return whether the thread has ended in time."""
        return self._thread.wait(wait_ms)

    @Slot(object)
    def _run(self, job: Job) -> None:
        job.run(self._engine)
        self.ended.emit()


class EngineBridge(QObject):
    """Loads models, and answers requests beside each other.

    events: a list of the events of a load; it ends with Loaded or LoadFailed. answered: the id of a
    request and a list of its events; it ends with Done or Failed. A load replaces all that is under
    way; what that still does is not signalled.
    """

    events = Signal(list)
    answered = Signal(str, list)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._workers = [self._make_worker()]
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._signal)

    @property
    def threads(self) -> int:
        """The CPU threads of the model that was loaded last."""
        return self._engine.threads

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has; see `Engine.count_tokens`. From any thread."""
        return self._engine.count_tokens(text)

    def measure(self, request: Request) -> PromptSize:
        """Return what a request would take of the context; see `Engine.measure`. Any thread."""
        return self._engine.measure(request)

    def expert_counts(self) -> NDArray[np.int64] | None:
        """Return how often experts were chosen; see `Engine.expert_counts`. From any thread."""
        return self._engine.expert_counts()

    def load(
        self,
        path: Path,
        settings: EngineSettings | None = None,
        placement: str | None = None,
        own: Mapping[str, Any] | None = None,
    ) -> None:
        """Load a model in place of the one that is loaded; see `Engine.load`.

        settings: those of all models; the model's own take precedence. placement: None takes the
        last one that was given for this model. own: engine settings to be its own from now on.
        A model is verified before it is loaded the first time; one with wrong bytes is refused.
        """
        self._replace(_Load(path, settings or EngineSettings(), placement, own or {}))

    def unload(self) -> None:
        """Give the model's memory back, in place of all that is under way; see `load`.

        It ends with LoadFailed, without an error.
        """
        self._replace(_Unload())

    def generate(self, request: Request) -> None:
        """Answer a request, beside those that are under way."""
        free = next((worker for worker in self._workers if worker.job is None), None)
        if free is None:
            free = self._make_worker()
            self._workers.append(free)
        self._begin(free, _Answer(request))

    def cancel(self, request_id: str | None = None) -> None:
        """Stop a request, or all that is under way; it ends as cancelled."""
        for job in self._jobs():
            if request_id in (None, job.request_id):
                job.cancel(self._engine)

    def close(self, wait_ms: int) -> bool:
        """Stop everything; return whether the engine's threads have ended in time."""
        self.cancel()
        self._timer.stop()
        for worker in self._workers:
            worker.job = None
            worker.quit()
        ended = [worker.has_ended(wait_ms) for worker in self._workers]
        return all(ended)

    def _replace(self, job: Job) -> None:
        """Do a job in place of all that is under way."""
        self.cancel()
        for worker in self._workers:
            worker.job = None
        self._begin(self._workers[0], job)

    def _jobs(self) -> list[Job]:
        return [worker.job for worker in self._workers if worker.job]

    def _make_worker(self) -> _Worker:
        worker = _Worker(self._engine, self)
        worker.ended.connect(self._signal)  # an end waits for no tick
        return worker

    def _begin(self, worker: _Worker, job: Job) -> None:
        self._timer.start()
        worker.begin(job)

    @Slot()
    def _signal(self) -> None:
        for worker in self._workers:
            job = worker.job
            events = job.bundle.take() if job else []
            if not job or not events:
                continue
            if isinstance(events[-1], _LAST):
                worker.job = None
            if not self._jobs():
                self._timer.stop()
            if job.request_id:
                self.answered.emit(job.request_id, events)
            else:
                self.events.emit(events)
