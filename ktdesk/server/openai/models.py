# SPDX-License-Identifier: Apache-2.0
"""The list of models, as OpenAI's API and Anthropic's have it; and what no model here does."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi import Request as HttpRequest
from fastapi.responses import Response
from pydantic import Field

from ktdesk.library.shelf.model import LocalModel
from ktdesk.server.described import errors
from ktdesk.server.desk import Desk
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Strict
from ktdesk.server.wire import Json

_ERRORS = errors("openai", "anthropic")

Version = Annotated[str | None, Header(alias="anthropic-version")]


class EmbeddingsBody(Strict):
    """Texts to turn into vectors."""

    model: str
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: str | None = None
    dimensions: Annotated[int, Field(ge=1)] | None = None
    user: str | None = None


def models_router(desk: Desk) -> APIRouter:
    """Return the routes of models and embeddings."""
    router = APIRouter()

    @router.get("/v1/models", responses=_ERRORS)
    async def models(  # pyright: ignore[reportUnusedFunction]
        version: Version = None,
    ) -> Response:
        """List the models."""
        entries = await desk.catalogue.entries()
        if version is None:
            return Json({"object": "list", "data": [_openai(entry) for entry in entries]})
        data = [_anthropic(entry) for entry in entries]
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
        none = {"first_id": None, "last_id": None}
        return Json({"data": data, "has_more": False} | none | ends)

    @router.get("/v1/models/{name:path}", responses=_ERRORS)
    async def model(  # pyright: ignore[reportUnusedFunction]
        name: str, version: Version = None
    ) -> Response:
        """Tell about one model."""
        entry = await desk.catalogue.entry(name)
        return Json(_openai(entry) if version is None else _anthropic(entry))

    @router.post("/v1/embeddings")
    async def embeddings(  # pyright: ignore[reportUnusedFunction]
        body: EmbeddingsBody, http: HttpRequest
    ) -> Response:
        """Refuse: models that write text give no vectors of it."""
        del http
        entry = await desk.catalogue.entry(body.model)
        raise no_embeddings(entry)

    return router


def no_embeddings(entry: LocalModel) -> ApiError:
    """Return what is said to those who want vectors."""
    return ApiError(
        400, f"The model {entry.id!r} writes text; it gives no embeddings.", param="model"
    )


def changed_at(entry: LocalModel) -> float:
    """Return when a model's file was written, in seconds since 1970."""
    return entry.changed_ns / 1e9


def _openai(entry: LocalModel) -> dict[str, Any]:
    created = int(changed_at(entry))
    return {"id": entry.id, "object": "model", "created": created, "owned_by": "ktdesk"}


def _anthropic(entry: LocalModel) -> dict[str, Any]:
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(changed_at(entry)))
    return {"type": "model", "id": entry.id, "display_name": entry.name, "created_at": created}
