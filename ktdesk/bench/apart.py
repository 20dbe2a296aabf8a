# SPDX-License-Identifier: Apache-2.0
"""A measurement in a process of its own: nothing else disturbs it, and killing it stops it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.errors import KTDeskError
from ktdesk.settings import EngineSettings

if TYPE_CHECKING:
    from ktdesk.bench.one import Bench, Sizes

LOOK_S = 0.1  # how often it is asked whether to go on

Report = Callable[[str, float], None]


def bench_apart(path: Path, settings: EngineSettings, sizes: Sizes, report: Report) -> Bench:
    """Return what `bench_model` measures there. Raises KTDeskError as that does.

    settings: those of all models; the model's own take precedence, as does its placement.

    report: gets what is being done ('verify', 'load', 'reload', 'warm up', 'measure') and how far
    all is, 0 to 1, ten times a second; what it raises ends the process.
    """
    context = multiprocessing.get_context("spawn")  # it inherits no locks of other threads
    mine, its = context.Pipe(duplex=False)
    arguments = (its, path, settings, sizes)
    worker = context.Process(target=_work, args=arguments, daemon=True)
    worker.start()
    its.close()
    try:
        return _follow(mine, report)
    finally:
        mine.close()
        worker.kill()
        worker.join()
        worker.close()


def _follow(connection: Connection, report: Report) -> Bench:
    stage, fraction = "load", 0.0
    while True:
        report(stage, fraction)
        if not connection.poll(LOOK_S):
            continue
        try:
            kind, *rest = connection.recv()
        except EOFError:
            raise KTDeskError(
                "What measures has ended before it was done.",
                hint="The memory may not have been enough: end other programs.",
            ) from None
        if kind == "done":
            return rest[0]
        if kind == "failed":
            raise KTDeskError(rest[0], hint=rest[1])
        stage, fraction = rest


def _work(connection: Connection, path: Path, settings: EngineSettings, sizes: Sizes) -> None:
    """Measure, and send what comes of it. Runs in the process of its own."""
    from ktdesk.bench.one import bench_model
    from ktdesk.engine import Engine
    from ktdesk.hardware import physical_cores
    from ktdesk.library.shelf.before_load import verify_first
    from ktdesk.library.shelf.loading import prepare_load
    from ktdesk.loading import load_into
    from ktdesk.runtime.request import Done, Failed, Request, Stats

    done, total = 0, sizes["runs"] + 5  # loaded twice, a prompt measured, warmed up, and stopped

    def tell(stage: str, fraction: float = 0.0) -> None:
        connection.send(("progress", stage, (done + fraction) / total))

    def load() -> Engine:
        nonlocal done
        stage = "reload" if done else "load"
        engine = Engine(threads=settings.threads or physical_cores())
        own = prepare_load(path).own
        placement = own.placement or "auto"
        load_into(
            engine, path, own.over(settings), placement, lambda now: tell(stage, now.fraction)
        )
        done += 1
        return engine

    def answer(engine: Engine, request: Request) -> Stats:
        nonlocal done
        tell("warm up" if done < 4 else "measure")
        for event in engine.generate(request):
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Done):
                done += 1
                return event.stats
        raise RuntimeError("the engine ended an answer without Done or Failed")

    try:
        verify_first(path, lambda now: tell("verify"))  # the first time; that is no part of loading
        connection.send(("done", bench_model(load, answer, sizes)))
    except KTDeskError as error:
        connection.send(("failed", str(error), error.hint))
