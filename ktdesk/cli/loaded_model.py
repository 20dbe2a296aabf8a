# SPDX-License-Identifier: Apache-2.0
"""What a loaded model is, for people and for programs; and how far loading is."""

from __future__ import annotations

from ktdesk.errors import format_bytes, format_progress
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.progress import LoadProgress


def stage_line(now: LoadProgress) -> str:
    """Return the stage of loading, with the bytes that are read, and how fast, meanwhile."""
    if not now.total_bytes:
        return now.stage
    done, total = format_progress(now.done_bytes, now.total_bytes)
    speed = f", {format_bytes(round(now.bytes_per_s))}/s" if now.bytes_per_s else ""
    return f"{now.stage}: {done} of {total}{speed}"


def model_lines(info: ModelInfo, threads: int) -> tuple[str, str]:
    """Return two lines: what the model is, and how it is run."""
    if info.address:
        context = f"context {info.context_tokens} tokens · " if info.context_tokens else ""
        return info.name, f"{context}computed at {info.address}"
    workers = "1 thread" if threads == 1 else f"{threads} threads"
    experts = f", {info.experts_used} of {info.experts} experts a token" if info.experts else ""
    deferred = f", {info.deferred_experts} of a token's experts deferred"
    return (
        f"{info.name} · {info.architecture}, {info.layers} layers{experts} · "
        f"{format_count(info.parameters)} parameters, {format_bytes(info.size_bytes)} "
        f"({info.weight_types})",
        f"context {info.context_tokens} tokens · {workers} · placement {info.placement}"
        f"{deferred if info.deferred_experts else ''}",
    )


def format_count(count: int) -> str:
    """Return a number of parameters as people say it: '135M', '671B'."""
    value = float(count)
    for unit in ("", "K", "M", "B"):
        if value < 999.5:
            return f"{value:.3g}{unit}"
        value /= 1000
    return f"{value:.3g}T"
