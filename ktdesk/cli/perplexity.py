# SPDX-License-Identifier: Apache-2.0
"""Measure how well a model foresees a text, and what deferring experts changes about it.

for example:
  ktdesk perplexity DeepSeek-V3-Q4_K_M.gguf --text wiki.test.txt --defer 2

Perplexity is among how many tokens, all equally likely, the model seems to choose: less is better.
The text is read in windows; the second half of each counts. With --defer that half is computed as
answers are, token by token, once with experts deferred and once without.
"""

from __future__ import annotations

import dataclasses
import threading
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktdesk import __version__
from ktdesk.cli.loaded_model import model_lines
from ktdesk.cli.model_choice import choose_file, load_model
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.cli.setting_arguments import add_engine_arguments, add_model_argument, engine_settings
from ktdesk.engine import Engine
from ktdesk.errors import Cancelled, RequestError, SettingsError
from ktdesk.runtime.model_info import ModelInfo, model_json
from ktdesk.runtime.perplexity import WINDOW, Perplexity
from ktdesk.settings import EngineSettings

SAMPLE = Path(__file__).with_suffix(".txt")  # prose written for this purpose


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_model_argument(parser)
    parser.add_argument(
        "--text", type=Path, metavar="FILE", help="text in UTF-8 (a page that comes with KTDesk)"
    )
    add_engine_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Load, measure, report."""
    path = choose_file(arguments.model, program)
    text = _read(arguments.text)
    settings = engine_settings(arguments, program.settings.engine)
    if settings.deferred_experts:
        result = _compare(program, path, settings, text)
    else:
        result = _plain(program, path, settings, text)
    if arguments.json:
        program.terminal.json(_json(result, arguments.text))
    else:
        for line in _lines(result):
            program.terminal.line(line)
    return 0


@dataclass(frozen=True, slots=True)
class _Result:
    """What was measured of a model, as it was loaded. deferring: with experts deferred."""

    info: ModelInfo
    threads: int
    exact: Perplexity
    deferring: Perplexity | None = None


def _plain(program: Program, path: Path, settings: EngineSettings, text: str) -> _Result:
    engine = load_model(program, path, settings)
    assert engine.info is not None
    exact = _measure(program, engine, text, by_steps=False)
    return _Result(engine.info, engine.threads, exact)


def _compare(program: Program, path: Path, settings: EngineSettings, text: str) -> _Result:
    """Measure with experts deferred and without, one model in memory at a time."""
    engine = load_model(program, path, settings)
    info = engine.info
    assert info is not None
    if not info.deferred_experts:
        raise SettingsError(
            f"Nothing of {info.name} can be deferred: it has no layers of several experts "
            "a token on the processor.",
            hint="Do without --defer, and set `deferred_experts` to 0 in the settings.",
        )
    deferring = _measure(program, engine, text, by_steps=True)
    engine.unload()
    plain = dataclasses.replace(settings, deferred_experts=0)
    exact = _measure(program, load_model(program, path, plain), text, by_steps=True)
    return _Result(info, engine.threads, exact, deferring)


def _measure(program: Program, engine: Engine, text: str, *, by_steps: bool) -> Perplexity:
    """Return the perplexity of a text. Ctrl+C ends it: Cancelled."""
    losses: list[float] = []
    stopped = threading.Event()
    with on_interrupt(stopped.set):
        for some in engine.text_losses(text, by_steps=by_steps):
            if stopped.is_set():
                raise Cancelled
            losses += some.values
            program.terminal.progress("Reading the text", some.done_tokens / some.total_tokens)
    program.terminal.clear_progress()
    return Perplexity(tuple(losses))


def _read(path: Path | None) -> str:
    """Return the text of a file, or the one that comes with KTDesk."""
    try:
        return (path or SAMPLE).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(
            f"The text {path} cannot be read: {error}.", hint="Give a file of text in UTF-8."
        ) from error


def _json(result: _Result, text: Path | None) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "version": __version__,
        "model": model_json(result.info, result.threads),
        "text": str(text) if text else None,
        "window_tokens": min(WINDOW, result.info.context_tokens),
        "tokens": len(result.exact.losses),
        "perplexity": result.exact.value,
    }
    if not result.deferring:
        return plain | {"deferred": None}
    change = result.exact.change_to(result.deferring)
    deferred = {
        "experts": result.info.deferred_experts,
        "perplexity": result.deferring.value,
        "change_percent": change.percent,
        "change_error_percent": change.error_percent,
    }
    return plain | {"deferred": deferred}


def _lines(result: _Result) -> list[str]:
    plain = f"perplexity {result.exact.value:.4f} of {len(result.exact.losses)} tokens"
    lines = [*model_lines(result.info, result.threads), plain]
    if result.deferring:
        count, change = result.info.deferred_experts, result.exact.change_to(result.deferring)
        experts = "1 expert" if count == 1 else f"{count} experts"
        lines.append(
            f"perplexity {result.deferring.value:.4f} with {experts} of a token deferred: "
            f"{change.percent:+.2f} % (standard error {change.error_percent:.2f} %)"
        )
    return lines
