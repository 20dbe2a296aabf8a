# SPDX-License-Identifier: Apache-2.0
"""Before a model is loaded: none is whose bytes are wrong, or were never looked at."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from ktdesk.errors import ModelFileError
from ktdesk.hardware import available_memory_bytes
from ktdesk.library.fetch.meter import Meter
from ktdesk.library.shelf.facts import FileFacts
from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from ktdesk.library.shelf.verify import FileResult, Outcome, verify
from ktdesk.runtime.progress import LoadProgress, Report

VERIFYING = "Verifying the model"  # the stage


def verify_first(path: Path, report: Report, stop: threading.Event | None = None) -> None:
    """Read a model's files to their end, unless that was done and they are still the same.

    Their bytes must be what their source says. Where it says nothing, what they are is kept, and
    they must stay so. What else may be wrong with a model, loading finds out by itself.

    report: is called from several threads, one at a time. Raises ModelFileError for wrong bytes,
    and for files that cannot be read to their end; Cancelled after `stop`, or what `report` raises.
    """
    with Shelf(()) as shelf:
        model = shelf.look_at(path)
        if model.condition is Condition.UNVERIFIED:
            _verify(model, shelf.facts, report, stop)
            model = shelf.look_at(path)
        if model.condition is Condition.DAMAGED:
            model.check_loadable()


def _verify(
    model: LocalModel, facts: FileFacts, report: Report, stop: threading.Event | None
) -> None:
    left = tuple(file for file in model.files if not file.is_verified)
    model, meter, counted = replace(model, files=left), Meter(), 0

    def tell(done: int, size: int) -> None:
        nonlocal counted
        meter.add(done - counted)
        counted = done
        report(LoadProgress(VERIFYING, done / max(1, size), done, size, meter.bytes_per_s()))

    # Loading reads the files again, at once: where they fit, the disk need not bring them twice.
    fits = model.size_bytes < available_memory_bytes()
    for result in verify(model, facts, tell, stop, stays_cached=fits):
        _check_read(result)


def _check_read(result: FileResult) -> None:
    if result.outcome is Outcome.CHANGED:
        raise ModelFileError(
            result.path,
            "The file was written to while it was read.",
            hint="Wait until it is whole, then load the model again.",
        )
    if result.outcome is Outcome.UNREADABLE:
        raise ModelFileError(
            result.path,
            f"The file cannot be read to its end: {result.reason}.",
            hint="Its disk may be failing or gone. Copy or fetch the file again.",
        )
