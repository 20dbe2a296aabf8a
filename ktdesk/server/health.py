# SPDX-License-Identifier: Apache-2.0
"""Whether the server is well, and what it has done."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from ktdesk.server.desk import Desk
from ktdesk.server.wire import Json

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def health_router(desk: Desk) -> APIRouter:
    """Return the routes of health and metrics."""
    router = APIRouter()
    dispatcher = desk.dispatcher

    @router.get("/health")
    async def health() -> Response:  # pyright: ignore[reportUnusedFunction]
        """Say that the server is there, and whether it loads a model."""
        now = dispatcher.loading
        state = {"running": dispatcher.running, "waiting": dispatcher.waiting}
        if now is None:
            return Json({"status": "ok"} | state)
        return Json({"status": "loading", "progress": now.fraction} | state)

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:  # pyright: ignore[reportUnusedFunction]
        """Return the counters, for Prometheus."""
        present = {
            "ktdesk_requests_waiting": ("Requests that wait.", dispatcher.waiting),
            "ktdesk_requests_running": ("Requests that run.", dispatcher.running),
            "ktdesk_requests_at_a_time": ("How many may run at once.", dispatcher.places),
            "ktdesk_model_loaded": ("Whether a model is loaded.", int(bool(dispatcher.model))),
        }
        return PlainTextResponse(desk.metrics.text(present), media_type=_METRICS_TYPE)

    return router
