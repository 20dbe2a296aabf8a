# SPDX-License-Identifier: Apache-2.0
"""One model with one placement: loaded, warmed up, measured, and compared with the last time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypedDict

from ktdesk import __version__
from ktdesk.bench.last import Change, LastBench, changes
from ktdesk.bench.measuring import Answer, Measured, make_prompt, measure
from ktdesk.engine import Engine
from ktdesk.hardware import describe_machine
from ktdesk.runtime.model_info import ModelInfo, model_json
from ktdesk.runtime.request import Options, Request


class Sizes(TypedDict):
    """About how many tokens are read, how many are generated at most, and how many runs."""

    prompt_tokens: int
    tokens: int
    runs: int


@dataclass(frozen=True, slots=True)
class Bench:
    """What was measured, of which model and on how many threads.

    once: seconds to load, to load again, and to stop, by their names. result: all of it, as it
    stands in JSON. last: that of the last time, if there was one. since: how figures have changed.
    """

    info: ModelInfo
    threads: int
    measured: Measured
    once: dict[str, float]
    result: dict[str, Any]
    last: dict[str, Any] | None
    since: dict[str, Change]


def bench_model(load: Callable[[], Engine], answer: Answer, sizes: Sizes) -> Bench:
    """Measure, compare with the last time, and keep the result for the next.

    load: returns an engine with the model loaded; called twice. answer: answers a request.
    """
    _, load_s = _timed(load)
    engine, reload_s = _timed(load)
    measured = measure(engine, answer, **sizes)
    prompt = make_prompt(measured.words, sizes["runs"] + 2)
    stop_s = _stop_s(engine, prompt, measured.stats[-1].prefill_s)
    once = {"load_s": load_s, "reload_s": reload_s, "stop_s": stop_s}
    result = _result(engine, once, measured)
    kept = LastBench(_comparable(engine, sizes, result))
    last = kept.read()
    kept.write(result)
    since = changes(measured.spreads(), last) if last else {}
    assert engine.info is not None
    return Bench(engine.info, engine.threads, measured, once, result, last, since)


def _timed(load: Callable[[], Engine]) -> tuple[Engine, float]:
    """Return an engine with the model loaded, and the seconds that this took."""
    start = time.monotonic()
    return load(), time.monotonic() - start


def _comparable(engine: Engine, sizes: Sizes, result: dict[str, Any]) -> dict[str, object]:
    """Return what two runs must share for their figures to be compared."""
    assert engine.info is not None
    processor, memory = result["machine"]["processor"], result["machine"]["memory"]
    machine = {
        "processor": processor["name"],
        "physical_cores": processor["physical_cores"],
        "memory_bytes": memory["total_bytes"],
    }
    path = {"path": str(engine.info.path.resolve())}
    tokens = {"prompt_tokens": sizes["prompt_tokens"], "tokens": sizes["tokens"]}
    return result["model"] | path | tokens | machine


def _stop_s(engine: Engine, prompt: str, prefill_s: float) -> float:
    """Return how long a request goes on that is cancelled halfway through its prompt."""
    request = Request(prompt=prompt, options=Options(temperature=0))
    events = engine.generate(request)
    next(events)  # it is being served
    cancelled = 0.0

    def cancel() -> None:
        nonlocal cancelled
        cancelled = time.monotonic()
        engine.cancel(request.id)

    timer = threading.Timer(prefill_s / 2, cancel)
    timer.start()
    for _ in events:
        pass
    timer.join()
    return max(0.0, time.monotonic() - cancelled)


def _result(engine: Engine, once: dict[str, float], measured: Measured) -> dict[str, Any]:
    assert engine.info is not None
    return (
        {
            "version": __version__,
            "measured_at": datetime.now().astimezone().isoformat(" ", "minutes"),
            "machine": asdict(describe_machine()),
            "model": model_json(engine.info, engine.threads),
            "runs": len(measured.stats),
        }
        | once
        | {name: asdict(spread) for name, spread in measured.spreads().items()}
    )
