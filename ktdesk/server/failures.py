# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with a request, and how each API says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ktdesk.errors import KTDeskError, RemoteError, RequestError, TemplateError

Dialect = Literal["openai", "ollama", "anthropic", "web"]


@dataclass(frozen=True, slots=True)
class _Words:
    """A status in the words of the APIs: OpenAI's type and code, Anthropic's type."""

    openai: str
    code: str | None
    anthropic: str


_REQUEST = _Words("invalid_request_error", None, "invalid_request_error")
_WORDS: dict[int, _Words] = {
    400: _REQUEST,
    401: _Words("authentication_error", "invalid_api_key", "authentication_error"),
    403: _Words("permission_error", None, "permission_error"),
    404: _Words("not_found_error", None, "not_found_error"),
    405: _REQUEST,
    408: _Words("timeout_error", None, "timeout_error"),
    413: _Words("invalid_request_error", "request_too_large", "request_too_large"),
    431: _REQUEST,
    500: _Words("server_error", None, "api_error"),
    503: _Words("service_unavailable_error", "overloaded", "overloaded_error"),
    504: _Words("timeout_error", None, "timeout_error"),
}
_ANTHROPIC_OVERLOADED = 529  # its own status for what is 503 elsewhere


class ApiError(KTDeskError):
    """A request that is refused or fails. status: of HTTP, as OpenAI's API has it.

    param: the field that is to blame. code: OpenAI's, in place of the usual one of the status.
    retry_after_s: when to come again, 0 for no such word.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        hint: str = "",
        param: str | None = None,
        code: str | None = None,
        retry_after_s: int = 0,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status, self.param, self.code = status, param, code
        self.retry_after_s = retry_after_s


def as_api_error(error: KTDeskError) -> ApiError:
    """Return an error of the engine as one of a request: the client's fault, or the server's."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, (RequestError, TemplateError)):
        status = 400
    else:
        status = 502 if isinstance(error, RemoteError) else 500
    return ApiError(status, str(error), hint=error.hint)


def fault() -> ApiError:
    """Return what is said of a fault of KTDesk itself, whose details are in the log alone."""
    return ApiError(500, "KTDesk has a fault; its log says more.")


def dialect_of(path: str, headers: dict[bytes, bytes]) -> Dialect:
    """Return the API that a path belongs to. Anthropic shares the list of models with OpenAI."""
    if path.startswith("/web/"):
        return "web"
    if path.startswith("/api/"):
        return "ollama"
    is_shared = path.startswith("/v1/models") and b"anthropic-version" in headers
    return "anthropic" if path.startswith("/v1/messages") or is_shared else "openai"


def error_body(error: ApiError, dialect: Dialect) -> dict[str, Any]:
    """Return the body of an error in an API's own shape."""
    text = f"{error} {error.hint}".strip()
    words = _WORDS.get(error.status, _REQUEST if error.status < 500 else _WORDS[500])
    if dialect in ("ollama", "web"):
        return {"error": text}
    if dialect == "anthropic":
        return {"type": "error", "error": {"type": words.anthropic, "message": text}}
    code = error.code or words.code
    return {"error": {"message": text, "type": words.openai, "param": error.param, "code": code}}


def error_status(error: ApiError, dialect: Dialect) -> int:
    """Return the status of an error in an API."""
    is_overloaded = dialect == "anthropic" and error.status == 503
    return _ANTHROPIC_OVERLOADED if is_overloaded else error.status


def error_headers(error: ApiError) -> dict[str, str]:
    """Return the headers of an error."""
    headers = {"retry-after": str(error.retry_after_s)} if error.retry_after_s else {}
    return headers | ({"www-authenticate": "Bearer"} if error.status == 401 else {})
