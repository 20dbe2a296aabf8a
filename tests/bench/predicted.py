# SPDX-License-Identifier: Apache-2.0
"""Predicted and measured speeds of models on this machine: `python -m tests.bench.predicted MODEL`.

Predictions are those before anything was measured of the model; the machine's own figures count
where `ktdesk doctor` has measured them. `--placement reference` does it for plain torch.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from ktdesk.bench.last import Spread
from ktdesk.bench.measuring import measure
from ktdesk.cli.answer import quietly
from ktdesk.cli.program import Program, new_engine
from ktdesk.cli.terminal import Terminal
from ktdesk.engine import Engine
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware import describe_machine
from ktdesk.operators.placement import Placement
from ktdesk.planning.plan import Wishes, make_plan
from ktdesk.planning.speed import Range, Speed, decode_speed, prefill_speed
from ktdesk.settings import Settings

CONTEXT, PROMPT, TOKENS, RUNS = 2048, 512, 64, 5


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="+", type=Path)
    parser.add_argument("--placement", default="auto")
    chosen = parser.parse_args(arguments)
    terminal = Terminal(sys.stdout, sys.stderr)
    machine = describe_machine()
    processor = machine.processor
    terminal.line(
        f"{date.today()} · {processor.name}, {processor.physical_cores} cores · {RUNS} runs"
    )
    terminal.line(f"{'':36}{'predicted':>18}{'measured':>10}{'lowest':>10}{'highest':>10}  in it")
    for path in chosen.model:
        for line in _lines(path, chosen.placement, Program(terminal, Settings(), new_engine)):
            terminal.line(line)


def _lines(path: Path, placement: str, program: Program) -> Iterator[str]:
    predicted = _predicted(path, placement)
    engine = Engine()
    info = engine.load(path, placement=placement, context_tokens=CONTEXT)
    sizes = {"prompt_tokens": PROMPT, "tokens": TOKENS, "runs": RUNS}
    figures = measure(engine, quietly(program.terminal), **sizes).spreads()
    engine.unload()
    yield info.name
    for work, speed in predicted.items():
        yield _line(work, speed.tokens_per_s, figures[f"{work}_tokens_per_s"])


def _predicted(path: Path, placement: str) -> dict[str, Speed]:
    checkpoint, machine = Checkpoint.open(path), describe_machine((path.parent,))
    rules = None if placement == "auto" else Placement.load(placement)
    plan = make_plan(checkpoint, machine, Wishes(context_tokens=CONTEXT, placement=rules))
    return {
        "prefill": prefill_speed(plan.assignment, machine, plan.needs, PROMPT),
        "decode": decode_speed(plan.assignment, machine, plan.needs, PROMPT),
    }


def _line(work: str, predicted: Range, measured: Spread) -> str:
    said = f"{predicted.low:.1f} to {predicted.high:.1f}"
    values = "".join(f"{v:10.1f}" for v in (measured.median, measured.low, measured.high))
    is_in = predicted.low <= measured.median <= predicted.high
    ratio = measured.median / predicted.middle
    return f"  {work + ', tokens/s':34}{said:>18}{values}  {'yes' if is_in else f'x {ratio:.2f}'}"


if __name__ == "__main__":
    main(sys.argv[1:])
