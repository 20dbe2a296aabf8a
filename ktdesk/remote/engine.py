# SPDX-License-Identifier: Apache-2.0
"""`RemoteEngine`: a model at an endpoint, asked as one on this computer is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from ktdesk.engine import DEFAULT_PARALLEL
from ktdesk.errors import (
    Cancelled,
    DownloadError,
    KTDeskError,
    RemoteError,
    RequestError,
    did_you_mean,
)
from ktdesk.library.hub.credentials import Credentials
from ktdesk.remote.answer import RemoteAnswer
from ktdesk.remote.body import body_for, path_for
from ktdesk.remote.endpoint import Endpoint, RemoteModel
from ktdesk.remote.exchange import Exchange
from ktdesk.remote.remotes import ARCHITECTURE, Remote, read_remote
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.progress import LoadProgress, Report
from ktdesk.runtime.request import NOTHING_DONE, Done, Event, Failed, Request
from ktdesk.settings import NetworkSettings, load_settings


class RemoteEngine:
    """Answers with the model of a remote. Thread-safe: several requests may run at once.

    network: how the web is reached; by default as the settings say when a remote is loaded.
    """

    def __init__(
        self, credentials: Credentials | None = None, network: NetworkSettings | None = None
    ) -> None:
        self._credentials, self._network = credentials or Credentials(), network
        self._at: tuple[Endpoint, ModelInfo, str] | None = None
        self._running: dict[str, Exchange | None] = {}
        self._loading: Exchange | None = None
        self._lock = threading.Lock()

    @property
    def info(self) -> ModelInfo | None:
        """What is asked, or None."""
        return self._at[1] if self._at else None

    def load(
        self,
        path: Path,
        *,
        parallel: int = DEFAULT_PARALLEL,
        progress: Report | None = None,
    ) -> ModelInfo:
        """Connect to the remote of a file, in place of another; its model must be there.

        parallel: how many requests it had best be asked at a time; callers see to that. Raises
        RemoteError, and Cancelled after `cancel_load`.
        """
        self.unload()
        remote = read_remote(path)
        if progress:
            progress(LoadProgress("Asking the remote", 0.0))
        endpoint = Endpoint(remote, self._network or load_settings().network, self._credentials)
        model = _chosen(remote, self.models(endpoint))
        info = _describe(path, remote, model, parallel)
        self._at = (endpoint, info, model.id)
        if progress:
            progress(LoadProgress("Ready", 1.0))
        return info

    def models(self, endpoint: Endpoint) -> tuple[RemoteModel, ...]:
        """Return the models of an endpoint. Raises as `load` does."""
        self._loading = exchange = endpoint.models()
        try:
            return endpoint.read_models(exchange.whole())
        except DownloadError as error:
            raise endpoint.broken(error) from None
        finally:
            self._loading = None

    def cancel_load(self) -> None:
        """Stop connecting, from any thread."""
        if loading := self._loading:
            loading.cancel()

    def generate(self, request: Request, *, model: Path | None = None) -> Iterator[Event]:
        """Answer a request: Token events, ToolCall events, then one Done or Failed.

        Tokens have no numbers, and of the prompt's progress nothing is known.
        """
        with self._lock:
            self._running[request.id] = None
        return self._events(request, model)

    def cancel(self, request_id: str) -> None:
        """Stop a request, from any thread, and its connection; its iterator then yields Done."""
        with self._lock:
            exchange = self._running.pop(request_id, None)
        if exchange:
            exchange.cancel()

    def unload(self) -> None:
        """Let the endpoint go; running requests are cancelled."""
        self.cancel_load()
        for request_id in list(self._running):
            self.cancel(request_id)
        at, self._at = self._at, None
        if at:
            at[0].close()

    def _events(self, request: Request, wanted: Path | None) -> Generator[Event, None, None]:
        answer: RemoteAnswer | None = None
        try:
            endpoint, info, model = self._loaded(wanted)
            body = body_for(request, endpoint.remote, model)
            answer = RemoteAnswer(endpoint, info.context_tokens)
            exchange = self._begun(request, lambda: endpoint.answer(path_for(request), body))
            try:
                for event in answer.events(exchange.pieces()):
                    if request.id not in self._running:
                        raise Cancelled  # what has come already is not wanted, too
                    yield event
            except DownloadError as error:
                raise (endpoint.cut() if answer.pieces else endpoint.broken(error)) from None
            finally:
                exchange.cancel()  # what is not read is not wanted
            yield Done(answer.reason or "end", answer.stats(), answer.stop)
        except Cancelled:
            yield Done("cancelled", answer.stats() if answer else NOTHING_DONE)
        except KTDeskError as error:
            yield Failed(error)
        finally:
            with self._lock:
                self._running.pop(request.id, None)

    def _begun(self, request: Request, begin: Callable[[], Exchange]) -> Exchange:
        with self._lock:
            if request.id not in self._running:
                raise Cancelled
            self._running[request.id] = exchange = begin()
            return exchange

    def _loaded(self, wanted: Path | None) -> tuple[Endpoint, ModelInfo, str]:
        at = self._at
        if at is None:
            raise RequestError("No model is loaded.", hint="Load a model first.")
        if wanted is not None and at[1].path != wanted:
            raise RequestError(
                "Another model was loaded before the request had its turn.",
                hint="Ask for the one that is loaded now.",
            )
        return at


def _chosen(remote: Remote, models: tuple[RemoteModel, ...]) -> RemoteModel:
    """Return the model that is meant. Raises RemoteError if that is not clear."""
    if remote.model:
        for model in models:
            if model.id == remote.model:
                return model
        raise RemoteError(
            f"The remote {remote.name} has no model {remote.model!r}."
            f"{did_you_mean(remote.model, [model.id for model in models])}",
            hint=f"`ktdesk remotes test {remote.name}` lists its models.",
        )
    if len(models) == 1:
        return models[0]
    known = ", ".join(model.id for model in models[:20])
    raise RemoteError(
        f"The remote {remote.name} has {len(models)} models, and none is chosen."
        f"{f' Known: {known}.' if known else ''}",
        hint=f"Choose one: `ktdesk remotes add {remote.name} {remote.address} --model MODEL`.",
    )


def _describe(path: Path, remote: Remote, model: RemoteModel, parallel: int) -> ModelInfo:
    return ModelInfo(
        path=path,
        name=remote.name if remote.name == model.id else f"{model.id} @ {remote.name}",
        architecture=ARCHITECTURE,
        parameters=0,
        size_bytes=0,
        weight_types="",
        layers=0,
        experts=0,
        experts_used=0,
        context_tokens=model.context_tokens,
        placement=ARCHITECTURE,
        parallel=parallel,
        address=remote.address,
    )
