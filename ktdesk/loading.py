# SPDX-License-Identifier: Apache-2.0
"""Loading a model as the settings say."""

from __future__ import annotations

from pathlib import Path

from ktdesk.engine import Engine
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.progress import Report
from ktdesk.settings import EngineSettings


def load_into(
    engine: Engine, path: Path, settings: EngineSettings, placement: str, progress: Report
) -> ModelInfo:
    """Load a model that `prepare_load` has allowed; see `Engine.load`."""
    return engine.load(
        path,
        placement=placement,
        context_tokens=settings.context_tokens,
        cache_type=settings.cache_type,
        kept_bytes=settings.kept_mb * 1_000_000,
        vram_bytes=settings.vram_mb * 1_000_000,
        deferred_experts=settings.deferred_experts,
        parallel=settings.parallel,
        progress=progress,
    )
