# SPDX-License-Identifier: Apache-2.0
"""KTDesk and llama.cpp side by side on this machine: `python3 make.py bench [options]`.

Models with the true dimensions of DeepSeek-V2-Lite, DeepSeek-V3 and Qwen3-30B-A3B, but fewer layers
and random weights, are made from a seed and kept in KTDesk's data folder.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ktdesk.cli.setting_arguments import at_least_one
from ktdesk.errors import KTDeskError
from ktdesk.hardware.processor import physical_cores
from tests.bench import machine
from tests.bench.comparison import compare, sides
from tests.bench.llama_cpp import describe_peer, find_peer
from tests.bench.probe import Probe
from tests.bench.programs import BenchError, Say
from tests.bench.report import HEADER, Row, line, make_rows
from tests.bench.routing import routing_lines
from tests.bench.shapes import SHAPES, Shape
from tests.bench.synthetic import model_file
from tests.bench.work import WORKS

NOTES = """\
Each run is a process of its own, which warms up first; sides take turns. ratio: to the best one of
llama.cpp's settings. share: of what the machine can do: for prompts operations by the highest int8
peak, attention's core left out; for generated tokens bytes by what could be read around each run.
ik_llama.cpp is not compared: its package is built for AVX2 only."""


def main(arguments: Sequence[str], say: Say) -> int:
    """Measure what the arguments say; print the table. Returns the exit code."""
    options = _options(arguments)
    about = machine.describe(options.threads)
    for text in about.values():
        say(text)
    probe = _probe(options.threads, say)
    peaks = {numbers: machine.peaks(probe, numbers, say) for numbers in ("int8", "bf16")}
    peer = _peer(options.peer, say)
    peak = max(peaks["int8"].values(), default=0)
    rows: list[Row] = []
    for name in options.models:
        try:
            rows += _model(SHAPES[name], options, peer, probe, peak, say)
        except KTDeskError as error:
            say(f"{name} is left out. {error} {error.hint}")
    for text in ("", HEADER, *map(line, rows), "", NOTES, machine.load_line()):
        say(text)
    if options.json:
        result = about | {"peak_gop_per_s": peaks, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if rows else 1


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="make.py bench", description=__doc__)
    cores = physical_cores()
    for name, known in (("models", SHAPES), ("work", WORKS)):
        parser.add_argument(
            f"--{name}", nargs="+", choices=known, default=[*known], help="what to measure (all)"
        )
    for name, default, text in (("runs", 5, "runs"), ("threads", cores, "threads")):
        parser.add_argument(
            f"--{name}",
            type=at_least_one,
            default=default,
            metavar="N",
            help=f"{text} of each side ({default})",
        )
    parser.add_argument("--peer", type=Path, metavar="PATH", help="a llama-bench; one is built")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to a file, too")
    options = parser.parse_args(arguments)
    if options.json and not options.json.absolute().parent.is_dir():
        parser.error(f"there is no folder {options.json.absolute().parent} to write to")
    return options


def _probe(threads: int, say: Say) -> Probe | None:
    try:
        return Probe(threads)
    except BenchError as error:
        say(f"The machine's limits are not measured. {error} {error.hint}")
        return None


def _peer(given: Path | None, say: Say) -> Path | None:
    if given is None:
        say("Looking for llama.cpp; building it takes some minutes the first time ...")
    try:
        peer = find_peer(given)
    except BenchError as error:
        say(f"llama.cpp is left out. {error} {error.hint}")
        return None
    say(describe_peer(peer))
    return peer


def _model(
    shape: Shape,
    options: Namespace,
    peer: Path | None,
    probe: Probe | None,
    peak_gop_per_s: float,
    say: Say,
) -> list[Row]:
    """Return the rows of one model. Raises KTDeskError if it does not fit this machine."""
    machine.check_memory(shape)
    say(f"\n{shape.title}: making the file, if it is not there yet ...")
    path = model_file(shape)
    for text in routing_lines(path, options.threads):
        say(text)
    measures = sides(path, options.threads, peer, say)
    rows: list[Row] = []
    for name in options.work:
        samples = compare(WORKS[name], measures, options.runs, probe, say)
        rows += make_rows(shape, WORKS[name], samples, peak_gop_per_s)
    return rows


if __name__ == "__main__":

    def say(text: str) -> None:
        """Print a line now, not when the benchmark is over."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    sys.exit(main(sys.argv[1:], say))
