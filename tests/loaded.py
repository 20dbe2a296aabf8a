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


def assert_nothing_left(engine: Engine) -> None:
    """Assert that no answer has left anything behind."""
    assert engine._model
    now = engine._model.runner._batch
    assert not any([now._running, now._waiting, now._parked, now._reading])
    assert not now._is_driven
    assert not any(each.is_busy or each.is_held for each in engine._model.runner._sequences._all)
    assert not engine._turn._line
