# SPDX-License-Identifier: Apache-2.0
"""What is asked of an endpoint over the web, and what goes wrong there, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ktdesk.errors import DownloadError, RemoteError
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.web.client import Web
from ktdesk.library.web.response import Response
from ktdesk.remote.exchange import Exchange
from ktdesk.remote.remotes import Remote
from ktdesk.settings import NetworkSettings

_ERROR_BYTES = 1 << 16
_SHOWN = 500  # characters of what an endpoint says went wrong
_IS_IT = "Does an OpenAI-compatible server answer there? Its address mostly ends with /v1."


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A model that an endpoint lists. context_tokens: 0 where it does not tell."""

    id: str
    context_tokens: int


class Endpoint:
    """A remote's API. From any thread. Raises RemoteError, and SettingsError for a bad proxy."""

    def __init__(
        self, remote: Remote, network: NetworkSettings, credentials: Credentials | None = None
    ) -> None:
        self.remote = remote
        self._credentials = credentials or Credentials()
        self._web = Web(network, read_timeout_s=remote.patience_s)

    def models(self) -> Exchange:
        """Ask for the list of models; `read_models` reads it."""
        return Exchange(lambda: self._ask("GET", "/models", None, "application/json"))

    def read_models(self, answer: bytes) -> tuple[RemoteModel, ...]:
        """Return the models that an answer lists, as the endpoint orders them."""
        listed = self._fields(_json(answer)).get("data")
        if not isinstance(listed, list):
            raise self._no_sense("its list of models is none")
        entries = [self._fields(entry) for entry in cast("list[object]", listed)]
        return tuple(
            RemoteModel(entry["id"], _context(entry))
            for entry in entries
            if isinstance(entry.get("id"), str)
        )

    def answer(self, path: str, body: Mapping[str, Any]) -> Exchange:
        """Ask for an answer as a stream of events."""
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return Exchange(lambda: self._ask("POST", path, data, "text/event-stream"))

    def close(self) -> None:
        """End the connections that nobody uses."""
        self._web.close()

    def _ask(self, method: str, path: str, body: bytes | None, kind: str) -> Response:
        remote = self.remote
        key = remote.key_of()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers = headers or self._credentials.headers(remote.address)
        about = {"Content-Type": "application/json"} if body is not None else {}
        try:
            response = self._web.open(
                method,
                remote.address + path,
                headers={**headers, "Accept": kind, **about},
                body=body,
                accepts_refusals=True,
            )
        except DownloadError as error:
            raise self.broken(error) from None
        if response.status != 200:
            with response:
                raise self._refusal(response)
        given = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if given != kind:
            response.close()
            raise self._no_sense(f"it answers with {given or 'nothing named'} in place of {kind}")
        return response

    def broken(self, error: DownloadError) -> RemoteError:
        """Return what went wrong on the way."""
        if error.kind == "offline":
            hint = f"Does its server run at {self.remote.address}, and does the network lead there?"
            return RemoteError(f"{self._who}: {error}", hint=hint)
        return RemoteError(f"{self._who}: {error}", hint=error.hint)

    def fault(self, error: object) -> RemoteError:
        """Return what an endpoint says went wrong in the midst of an answer."""
        return RemoteError(f"{self._who} has failed: {_message(error)}", hint="Ask again.")

    def cut(self) -> RemoteError:
        """Return what is said of an answer that ended too early."""
        return RemoteError(
            f"{self._who} has broken off in the midst of its answer.",
            hint="Ask again; its own log may say more.",
        )

    def _no_sense(self, what: str) -> RemoteError:
        return RemoteError(f"{self._who} makes no sense: {what}.", hint=_IS_IT)

    def bad_piece(self) -> RemoteError:
        """Return what is said of a piece of an answer that cannot be read."""
        return self._no_sense("a piece of its answer cannot be read")

    @property
    def _who(self) -> str:
        return f"The remote {self.remote.name}"

    def _fields(self, value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            return cast("dict[str, Any]", value)
        raise self._no_sense("its answer is not the JSON that was asked for")

    def _refusal(self, response: Response) -> RemoteError:
        status, said = response.status, _said(response)
        name, who = self.remote.name, self._who
        words = f" It says: {said}" if said else ""
        if status in (401, 403):
            return RemoteError(
                f"{who} does not let this key in, or wants one ({status}).{words}",
                hint=f"Set its key: `ktdesk remotes key {name}`.",
            )
        if status in (404, 405):
            return RemoteError(
                f"{who} does not have this model or address ({status}).{words}",
                hint=f"`ktdesk remotes test {name}` lists its models. {_IS_IT}",
            )
        if status == 429 or status == 503:
            wait = response.headers.get("Retry-After", "")
            hint = f"Ask again after {wait} seconds." if wait.isdigit() else "Ask again later."
            return RemoteError(f"{who} has too much to do ({status}).{words}", hint=hint)
        if status >= 500:
            return RemoteError(
                f"{who} has a fault ({status}).{words}", hint="Its own log may say more."
            )
        plain = f" Where it knows OpenAI's own fields alone: `ktdesk remotes add {name} --plain`."
        return RemoteError(
            f"{who} refuses what it was asked ({status}).{words}",
            hint="Change what it names." + ("" if self.remote.plain else plain),
        )


def _json(answer: bytes) -> object:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def _said(response: Response) -> str:
    """Return what a refusal says in its body, if it can be read."""
    text = bytearray()
    try:
        while len(text) < _ERROR_BYTES and (piece := response.read(_ERROR_BYTES)):
            text += piece
    except DownloadError:
        return ""
    return _message(_json(bytes(text)))


def _message(error: object) -> str:
    """Return the words of an error, in one line: servers have them in different places."""
    for key in ("error", "message", "detail"):
        if isinstance(error, dict) and key in error:
            return _message(cast("dict[str, object]", error)[key])
    if isinstance(error, (dict, list)):
        error = json.dumps(error, ensure_ascii=False)
    return " ".join(str(error or "").split())[:_SHOWN]


def _context(entry: Mapping[str, Any]) -> int:
    """Return the context that an endpoint tells: vLLM and SGLang do, llama.cpp's server does."""
    meta = entry.get("meta")
    of_llama_cpp = cast("dict[str, Any]", meta).get("n_ctx") if isinstance(meta, dict) else None
    for value in (entry.get("max_model_len"), entry.get("context_length"), of_llama_cpp):
        if isinstance(value, int) and value > 0:
            return value
    return 0
