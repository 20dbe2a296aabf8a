# SPDX-License-Identifier: Apache-2.0
"""Engines with a model, for tests."""

from __future__ import annotations

from pathlib import Path

from ktdesk.engine import Engine


def loaded(path: Path, **how: object) -> Engine:
    """Return an engine that has loaded a file. how: as of `Engine.load`."""
    engine = Engine(threads=2)
    engine.load(path, **how)  # type: ignore[arg-type]
    return engine
