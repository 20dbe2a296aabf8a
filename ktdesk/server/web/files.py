# SPDX-License-Identifier: Apache-2.0
"""The page itself: files that hold nothing of the user, and are open to all who may call."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import PlainTextResponse, Response

from ktdesk.server.failures import ApiError

_FOLDER = Path(__file__).parent
_FILES = {
    "page.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "parts.js": "text/javascript",
    "texts.json": "application/json",
    "icon.svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}


def files_router() -> APIRouter:
    """Return the routes of the page and its files."""
    router = APIRouter()

    @router.get("/", response_class=PlainTextResponse)
    @router.head("/", include_in_schema=False)
    async def root(http: HttpRequest) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Return the page to browsers; say to programs, in Ollama's way, who is there."""
        if "text/html" in http.headers.get("accept", ""):
            return _file("page.html")
        return PlainTextResponse("KTDesk is running", headers={"vary": "accept"})

    @router.get("/web/files/{name}", include_in_schema=False)
    async def file(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Return a file of the page."""
        if name not in _FILES:
            raise ApiError(404, "There is no such file.")
        return _file(name)

    return router


def _file(name: str) -> Response:
    content = (_FOLDER / name).read_bytes()
    return Response(content, media_type=_FILES[name], headers=_HEADERS | {"vary": "accept"})
