# SPDX-License-Identifier: Apache-2.0
"""The web application: routes of all APIs, behind the gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter, FastAPI
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from ktdesk import __version__
from ktdesk.errors import KTDeskError
from ktdesk.server.anthropic.messages import messages_router
from ktdesk.server.described import errors
from ktdesk.server.desk import Desk
from ktdesk.server.failures import ApiError, Dialect, as_api_error, fault
from ktdesk.server.gate import GONE, Entry, Gate, error_response
from ktdesk.server.health import health_router
from ktdesk.server.hosts import Hosts
from ktdesk.server.keys import KeyRing
from ktdesk.server.ollama.answers import answers_router
from ktdesk.server.ollama.models import models_router as ollama_models_router
from ktdesk.server.openai.chat import chat_router
from ktdesk.server.openai.completions import completions_router
from ktdesk.server.openai.models import models_router
from ktdesk.server.openai.responses import responses_router
from ktdesk.server.web.files import files_router
from ktdesk.server.web.login import login_router
from ktdesk.server.web.room import Room
from ktdesk.server.web.routes import web_router
from ktdesk.server.web.sessions import Sessions
from ktdesk.server.wire import ClientGone

_ROUTERS: dict[Dialect, tuple[Callable[[Desk], APIRouter], ...]] = {
    "openai": (
        chat_router,
        completions_router,
        responses_router,
        models_router,
        health_router,
    ),
    "anthropic": (messages_router,),
    "ollama": (answers_router, ollama_models_router),
}
_MOST_TOLD = 3  # of what is wrong with a body


def build_app(desk: Desk, room: Room, keys: KeyRing) -> ASGIApp:
    """Return the application. keys: a request needs one, if they say so."""
    app = describe_apis(desk)
    sessions = Sessions(keys)
    for router in (web_router(room), login_router(sessions)):
        app.include_router(router)
    settings = desk.settings
    most_bytes = settings.body_mb * 1_000_000
    entry = Entry(app, keys, sessions, most_bytes, logs_bodies=settings.log_prompts)
    pages = CORSMiddleware(
        entry,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["retry-after"],
    )
    return Gate(pages, Hosts(settings.hosts, settings.cors_origins), desk.metrics, desk.visits)


def describe_apis(desk: Desk) -> FastAPI:
    """Return the routes alone, with their description at /openapi.json."""
    # The pages that show the description load scripts from elsewhere: there are none.
    app = FastAPI(title="KTDesk", version=__version__, docs_url=None, redoc_url=None)
    for dialect, routers in _ROUTERS.items():
        for make in routers:
            app.include_router(make(desk), responses=errors(dialect))
    app.include_router(files_router(), responses=errors("openai"))
    for kind in (RequestValidationError, HTTPException, KTDeskError, ClientGone, Exception):
        app.add_exception_handler(kind, _on_error)
    return app


async def _on_error(http: HttpRequest, error: Exception) -> Response:
    match error:
        case ClientGone():
            return Response(status_code=GONE)
        case RequestValidationError():
            return error_response(_as_refusal(error), http.scope)
        case HTTPException():
            return error_response(ApiError(error.status_code, str(error.detail)), http.scope)
        case KTDeskError():
            return error_response(as_api_error(error), http.scope)
        case _:
            return error_response(fault(), http.scope)


def _as_refusal(error: RequestValidationError) -> ApiError:
    """Return what is wrong with a body, without what it says."""
    wrong = error.errors()
    if any(each["type"] == "json_invalid" for each in wrong):
        return ApiError(400, "The body is not JSON.")
    told = [f"{_place(each['loc'])}: {each['msg']}" for each in wrong]
    sentence = "; ".join(dict.fromkeys(told[:_MOST_TOLD]))
    return ApiError(400, f"{sentence}.", param=_place(wrong[0]["loc"]) if wrong else None)


def _place(places: Sequence[str | int]) -> str:
    """Return where something is wrong: 'messages[0].role'."""
    text = ""
    for place in places[1:] or ("body",):
        text += f"[{place}]" if isinstance(place, int) else f".{place}"
    return text.lstrip(".")[:200]
