# SPDX-License-Identifier: Apache-2.0
"""How a browser comes in: a key once, then a cookie."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response
from pydantic import Field

from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Strict
from ktdesk.server.web.routes import private
from ktdesk.server.web.sessions import Sessions, cookie


class Login(Strict):
    """A key."""

    key: str = Field(max_length=1000)


def login_router(sessions: Sessions) -> APIRouter:
    """Return the routes that begin and end sessions."""
    router = APIRouter(prefix="/web", include_in_schema=False)

    @router.get("/session")
    async def session(http: HttpRequest) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Say whether a key is needed, and whether it has been shown."""
        is_open = not sessions.are_needed or sessions.owner(_cookies(http)) is not None
        return private({"needs_key": sessions.are_needed, "is_open": is_open})

    @router.post("/login")
    async def login(body: Login) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Take a key."""
        token = sessions.begin(body.key.strip())
        if token is None:
            raise ApiError(401, "The key is wrong.")
        answer = private({})
        answer.headers["set-cookie"] = cookie(token)
        return answer

    @router.post("/logout")
    async def logout(http: HttpRequest) -> Response:  # pyright: ignore[reportUnusedFunction]
        """End the session."""
        sessions.end(_cookies(http))
        answer = private({})
        answer.headers["set-cookie"] = cookie("", 0)
        return answer

    return router


def _cookies(http: HttpRequest) -> str:
    return http.headers.get("cookie", "")
