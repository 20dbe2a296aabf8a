# SPDX-License-Identifier: Apache-2.0
"""Measure how fast a model answers on this machine.

Every run reads a prompt of its own, so that nothing comes from the cache. One run before the
measured ones warms up: the first touches memory that later ones find ready. The result is kept, and
the next one for the same model, machine and settings says what has changed.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ktdesk import __version__
from ktdesk.cli.answer import ask
from ktdesk.cli.last_bench import Change, LastBench, Spread, changes
from ktdesk.cli.loaded_model import model_json, model_lines
from ktdesk.cli.model_choice import choose_model, load_model
from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import add_engine_arguments, at_least_one, engine_settings
from ktdesk.engine import Engine
from ktdesk.errors import format_bytes
from ktdesk.hardware import Machine, describe_machine
from ktdesk.runtime.request import Options, Request, Stats
from ktdesk.settings import EngineSettings

# Words that most vocabularies hold as one token each.
WORDS = tuple(
    """
    time people water work place name house line year world hand part sound great help word school
    country plant food sun city tree cross farm hard start story far sea late run night life north
    book carry science room friend began idea fish mountain stop once base hear horse
    """.split()  # noqa: SIM905 - a list of quoted words would be harder to read
)

METHOD = """\
Prefill: tokens of the prompt by the time it took to read them. Decode: tokens after the first by
the time they took. First token: from the request to the first token. Load: once, from opening the
file; the system may have had it in memory, as it has when the model is loaded again. Stop: once,
from cancelling in mid-prompt to the end."""

NOISE = "within the spread"  # a change that may be none


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    help_text = "as for `ktdesk chat --model`"
    parser.add_argument("model", metavar="MODEL", nargs="?", default=SUPPRESS, help=help_text)
    parser.add_argument("--model", metavar="PATH|NAME", help="the same")
    for name, default, text in (
        ("--prompt-tokens", 512, "about how many tokens to read"),
        ("--tokens", 64, "how many tokens to generate, at most"),
        ("--runs", 3, "how many runs to measure"),
    ):
        parser.add_argument(
            name, type=at_least_one, default=default, metavar="N", help=f"{text} ({default})"
        )
    add_engine_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Load, warm up, measure, report."""
    path = choose_model(arguments.model, program)
    settings = engine_settings(arguments, program.settings.engine)
    _, load_s = _load(program, path, settings)
    engine, reload_s = _load(program, path, settings)
    words = _words(engine, arguments.prompt_tokens, program)
    numbers = range(1, arguments.runs + 2)
    stats = [_answer(engine, words, number, arguments.tokens, program) for number in numbers][1:]
    once = {
        "load_s": load_s,
        "reload_s": reload_s,
        "stop_s": _stop_s(engine, make_prompt(words, numbers.stop), stats[-1].prefill_s),
    }
    result = _result(engine, once, stats)
    kept = LastBench(_comparable(engine, arguments, result))
    last = kept.read()
    since = changes(_spreads(stats), last) if last else {}
    if arguments.json:
        both = {"last": last, "changes": {name: asdict(each) for name, each in since.items()}}
        program.terminal.json(result | both)
    else:
        for line in _lines(engine, once, stats, since):
            program.terminal.line(line)
        if last:
            when, version = last.get("measured_at"), last.get("version")
            program.terminal.line(f"Change: since the run of {when} with KTDesk {version}.")
    kept.write(result)
    return 0


def _load(program: Program, path: Path, settings: EngineSettings) -> tuple[Engine, float]:
    """Return an engine with the model loaded, and the seconds that this took."""
    start = time.monotonic()
    return load_model(program, path, settings), time.monotonic() - start


def _comparable(engine: Engine, arguments: Namespace, result: dict[str, Any]) -> dict[str, object]:
    """Return what two runs must share for their figures to be compared."""
    assert engine.info is not None
    processor, memory = result["machine"]["processor"], result["machine"]["memory"]
    machine = {
        "processor": processor["name"],
        "physical_cores": processor["physical_cores"],
        "memory_bytes": memory["total_bytes"],
    }
    sizes = {"prompt_tokens": arguments.prompt_tokens, "tokens": arguments.tokens}
    path = {"path": str(engine.info.path.resolve())}
    return result["model"] | path | sizes | machine


def make_prompt(words: int, run: int) -> str:
    """Return a text of so many words, which begins differently in every run."""
    return " ".join(random.Random(run).choices(WORDS, k=words))


def _words(engine: Engine, tokens: int, program: Program) -> int:
    """Return how many words make a prompt of about so many tokens."""
    words = max(1, tokens // 4)
    trial = _answer(engine, words, 0, 1, program)
    return max(1, round(tokens * words / trial.prompt_tokens))


def _answer(engine: Engine, words: int, run: int, tokens: int, program: Program) -> Stats:
    # Without prompt lookup: how much it gives depends on the text.
    options = Options(max_tokens=tokens, temperature=0, prompt_lookup="off")
    request = Request(prompt=make_prompt(words, run), options=options)
    return ask(engine, request, program.terminal, is_shown=False).stats


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


def _spread(stats: list[Stats], value: Callable[[Stats], float]) -> Spread:
    values = [value(each) for each in stats]
    return Spread(statistics.median(values), min(values), max(values))


def _spreads(stats: list[Stats]) -> dict[str, Spread]:
    return {
        "prompt_tokens": _spread(stats, lambda s: s.prompt_tokens - s.cached_tokens),
        "generated_tokens": _spread(stats, lambda s: s.generated_tokens),
        "prefill_tokens_per_s": _spread(stats, lambda s: s.prefill_tokens_per_s),
        "decode_tokens_per_s": _spread(stats, lambda s: s.decode_tokens_per_s),
        "first_token_s": _spread(stats, lambda s: s.first_token_s),
    }


def _result(engine: Engine, once: dict[str, float], stats: list[Stats]) -> dict[str, Any]:
    assert engine.info is not None
    return (
        {
            "version": __version__,
            "measured_at": datetime.now().astimezone().isoformat(" ", "minutes"),
            "machine": asdict(describe_machine()),
            "model": model_json(engine.info, engine.threads),
            "runs": len(stats),
        }
        | once
        | {name: asdict(spread) for name, spread in _spreads(stats).items()}
    )


def _lines(
    engine: Engine, once: dict[str, float], stats: list[Stats], since: Mapping[str, Change]
) -> list[str]:
    assert engine.info is not None
    rows = [
        f"{title:26}{spread.median:10.{digits}f}{spread.low:10.{digits}f}{spread.high:10.{digits}f}"
        f"{_change_text(since.get(name))}"
        for (title, digits), (name, spread) in zip(_ROWS, _spreads(stats).items(), strict=True)
    ]
    return [
        _machine_line(describe_machine()),
        *model_lines(engine.info, engine.threads),
        f"{len(stats)} runs after one to warm up, always the likeliest token",
        "",
        f"{'':26}{'median':>10}{'lowest':>10}{'highest':>10}{'    change' if since else ''}",
        *rows,
        f"{'load, s':26}{once['load_s']:10.2f}",
        f"{'load again, s':26}{once['reload_s']:10.2f}",
        f"{'stop, s':26}{once['stop_s']:10.3f}",
        "",
        METHOD,
    ]


def _change_text(change: Change | None) -> str:
    if change is None:
        return ""
    return f"{change.percent:+8.1f} %{f', {NOISE}' if change.is_noise else ''}"


_ROWS = (
    ("prompt, tokens", 0),
    ("answer, tokens", 0),
    ("prefill, tokens/s", 1),
    ("decode, tokens/s", 1),
    ("first token, s", 3),
)


def _machine_line(machine: Machine) -> str:
    processor = machine.processor
    isas = ", ".join(processor.kernels) or "instruction sets unknown"
    return (
        f"KTDesk {__version__} · {processor.name}, {processor.physical_cores} cores ({isas}) · "
        f"{format_bytes(machine.memory.total_bytes)} memory · {machine.system.name}"
    )
