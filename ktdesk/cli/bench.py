# SPDX-License-Identifier: Apache-2.0
"""Measure how fast a model answers on this machine, or compare placements of it.

for example:
  ktdesk bench DeepSeek-V2-Lite-Q4_K_M
  ktdesk bench model.gguf --placement one_gpu --placement my.yaml

The result is kept, and the next one for the same model, machine and settings says what has changed.
With several placements, speed, memory and logits of each stand side by side.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from ktdesk import __version__
from ktdesk.bench.last import Change
from ktdesk.bench.one import Bench, Sizes, bench_model
from ktdesk.cli.answer import quietly
from ktdesk.cli.loaded_model import model_lines
from ktdesk.cli.model_choice import choose_file, load_model, verify_model
from ktdesk.cli.placement_bench import compare, comparison_lines
from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import (
    add_engine_arguments,
    add_model_argument,
    add_placement_argument,
    at_least_one,
    engine_settings,
)
from ktdesk.errors import format_bytes
from ktdesk.hardware import Machine, describe_machine
from ktdesk.settings import EngineSettings

METHOD = """\
Prefill: tokens of the prompt by the time it took to read them. Decode: tokens after the first by
the time they took. First token: from the request to the first token. Load: once, from opening the
file; the system may have had it in memory, as it has when the model is loaded again. Stop: once,
from cancelling in mid-prompt to the end."""

NOISE = "within the spread"  # a change that may be none


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_model_argument(parser)
    for name, default, text in (
        ("--prompt-tokens", 512, "about how many tokens to read"),
        ("--tokens", 64, "how many tokens to generate, at most"),
        ("--runs", 3, "how many runs to measure"),
    ):
        parser.add_argument(
            name, type=at_least_one, default=default, metavar="N", help=f"{text} ({default})"
        )
    add_placement_argument(parser, several=True)
    add_engine_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Load, warm up, measure, report."""
    path = choose_file(arguments.model, program)
    settings = engine_settings(arguments, program.settings.engine)
    placements = arguments.placement or ["auto"]
    sizes = Sizes(
        prompt_tokens=arguments.prompt_tokens, tokens=arguments.tokens, runs=arguments.runs
    )
    if len(placements) == 1:
        _bench_one(program, path, settings, placements[0], sizes, as_json=arguments.json)
        return 0
    compared = compare(program, path, settings, placements, sizes)
    if arguments.json:
        about = {"version": __version__, "machine": asdict(describe_machine())}
        program.terminal.json(about | {"placements": [each.json() for each in compared]})
    else:
        program.terminal.line(_machine_line(describe_machine()))
        for line in comparison_lines(compared):
            program.terminal.line(line)
    return 0


def _bench_one(
    program: Program,
    path: Path,
    settings: EngineSettings,
    placement: str,
    sizes: Sizes,
    *,
    as_json: bool,
) -> None:
    """Measure one placement, compare with the last time, and keep the result for the next."""
    verify_model(program, path)  # the first time; that is no part of loading
    bench = bench_model(
        lambda: load_model(program, path, settings, placement=placement),
        quietly(program.terminal),
        sizes,
    )
    if as_json:
        since = {name: asdict(each) for name, each in bench.since.items()}
        program.terminal.json(bench.result | {"last": bench.last, "changes": since})
        return
    for line in _lines(bench):
        program.terminal.line(line)
    if bench.last:
        when, version = bench.last.get("measured_at"), bench.last.get("version")
        program.terminal.line(f"Change: since the run of {when} with KTDesk {version}.")


def _lines(bench: Bench) -> list[str]:
    measured, once, since = bench.measured, bench.once, bench.since
    rows = [
        f"{title:26}{spread.median:10.{digits}f}{spread.low:10.{digits}f}{spread.high:10.{digits}f}"
        f"{_change_text(since.get(name))}"
        for (title, digits), (name, spread) in zip(_ROWS, measured.spreads().items(), strict=True)
    ]
    return [
        _machine_line(describe_machine()),
        *model_lines(bench.info, bench.threads),
        f"{len(measured.stats)} runs after one to warm up, always the likeliest token",
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
