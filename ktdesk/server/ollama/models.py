# SPDX-License-Identifier: Apache-2.0
"""What there is to know of models: which there are, which is loaded, what one is."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from ktdesk import __version__
from ktdesk.formats.gguf import Checkpoint
from ktdesk.library.shelf.model import LocalModel
from ktdesk.server.desk import Desk
from ktdesk.server.fields import Loose
from ktdesk.server.ollama.bodies import Name
from ktdesk.server.openai.models import changed_at, no_embeddings
from ktdesk.server.wire import Json

_FOR_EVER_S = 100 * 365 * 86400.0  # what Ollama says of models that stay


class NameBody(Loose):
    """The name of a model."""

    model: Name


class EmbedBody(NameBody):
    """Texts to turn into vectors."""

    input: str | list[str] | None = None
    prompt: str | None = None


def models_router(desk: Desk) -> APIRouter:
    """Return the routes about models."""
    router = APIRouter()

    @router.get("/api/version")
    async def version() -> Response:  # pyright: ignore[reportUnusedFunction]
        """Return KTDesk's version."""
        return Json({"version": __version__})

    @router.get("/api/tags")
    async def tags() -> Response:  # pyright: ignore[reportUnusedFunction]
        """List the models."""
        return Json({"models": [_model(entry) for entry in await desk.catalogue.entries()]})

    @router.get("/api/ps")
    async def ps() -> Response:  # pyright: ignore[reportUnusedFunction]
        """Tell which model is loaded."""
        loaded = desk.dispatcher.model
        found = [entry for entry in await desk.catalogue.entries() if entry.path == loaded]
        return Json({"models": [_model(entry) | _loaded(desk) for entry in found]})

    @router.post("/api/show")
    async def show(body: NameBody) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Tell about a model."""
        entry = await desk.catalogue.entry(body.model)
        return Json(await desk.catalogue.read(lambda: _shown(entry)))

    @router.post("/api/embed")
    @router.post("/api/embeddings")
    async def embed(body: EmbedBody) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Refuse: models that write text give no vectors of it."""
        raise no_embeddings(await desk.catalogue.entry(body.model))

    return router


def _model(entry: LocalModel) -> dict[str, Any]:
    return {
        "name": entry.id,
        "model": entry.id,
        "modified_at": _moment(changed_at(entry)),
        "size": entry.size_bytes,
        "digest": _digest(entry.path),
        "details": _details(entry),
    }


def _digest(path: Path) -> str:
    """Return what tells models apart; the content of hundreds of gigabytes is not read for it."""
    return hashlib.sha256(str(path).encode("utf-8", "replace")).hexdigest()


def _details(entry: LocalModel) -> dict[str, Any]:
    return {
        "parent_model": "",
        "format": "gguf",
        "family": entry.architecture,
        "families": [entry.architecture],
        "parameter_size": "",
        "quantization_level": "",
    }


def _loaded(desk: Desk) -> dict[str, Any]:
    left_s = desk.dispatcher.expires_in_s
    info = desk.engine.info
    return {
        "expires_at": _moment(time.time() + (_FOR_EVER_S if left_s is None else left_s)),
        "size_vram": 0,
        "context_length": info.context_tokens if info else 0,
    }


def _shown(entry: LocalModel) -> dict[str, Any]:
    metadata = Checkpoint.open(entry.path).metadata
    template = metadata.get("tokenizer.chat_template", "")
    text = template if isinstance(template, str) else ""
    about = {
        name: value
        for name, value in metadata.items()
        if isinstance(value, (str, int, float, bool)) and name != "tokenizer.chat_template"
    }
    can = ["completion", *(["tools"] if "tools" in text else [])]
    can += ["thinking"] if "think" in text else []
    return {
        "modified_at": _moment(changed_at(entry)),
        "template": text,
        "parameters": "",
        "modelfile": f"FROM {entry.path.name}",
        "details": _details(entry),
        "model_info": about,
        "capabilities": can,
    }


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
