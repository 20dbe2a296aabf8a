# SPDX-License-Identifier: Apache-2.0
"""KTDesk and llama.cpp side by side on this machine: `python3 make.py bench [options]`.

Models with the true dimensions of DeepSeek-V2-Lite, DeepSeek-V3 and Qwen3-30B-A3B, but fewer layers
and random weights, are made from a seed and kept in KTDesk's data folder.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from ktdesk.cli.setting_arguments import at_least_one
from ktdesk.errors import KTDeskError
from ktdesk.hardware.processor import physical_cores
from tests.bench import ik_llama, machine
from tests.bench.comparison import Measure, avx2_sides, compare, sides
from tests.bench.llama_cpp import describe_peer, find_peer
from tests.bench.probe import Probe
from tests.bench.programs import BenchError, Say
from tests.bench.report import HEADER, Row, line, make_rows
from tests.bench.routing import routing_lines
from tests.bench.shapes import SHAPES, Shape
from tests.bench.synthetic import model_file
from tests.bench.work import WORKS

MakeSides = Callable[[Path, int], Mapping[str, Measure]]  # of a model's file and so many threads

NOTES = """\
Each run is a process of its own, which warms up first; sides take turns, a peer's setting that was
clearly below its best one twice no more. ratio: to the best one of the peer's settings. share: of
what the machine can do: for prompts operations by the highest int8 peak, attention's core left out;
for generated tokens bytes by what could be read around each run.
With --avx2 the peer is ik_llama.cpp, whose package is built for AVX2, and KTDesk keeps to that."""


def main(arguments: Sequence[str], say: Say) -> int:
    """Measure what the arguments say; print the table. Returns the exit code."""
    options = _options(arguments)
    about = machine.describe(options.threads)
    for text in about.values():
        say(text)
    probe = _probe(options.threads, say)
    peaks = {numbers: machine.peaks(probe, numbers, say) for numbers in ("int8", "bf16")}
    try:
        make_sides = _avx2_sides(say) if options.avx2 else _sides(options.peer, say)
    except BenchError as error:
        say(f"There is nothing to compare with. {error} {error.hint}")
        return 1
    peak = max(peaks["int8"].values(), default=0)
    rows: list[Row] = []
    for name in options.models:
        try:
            rows += _model(SHAPES[name], options, make_sides, probe, peak, say)
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
    parser.add_argument("--avx2", action="store_true", help="beside ik_llama.cpp, both with AVX2")
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


def _sides(given: Path | None, say: Say) -> MakeSides:
    """Return what makes the sides of a model: KTDesk and llama.cpp, if there is any."""
    if given is None:
        say("Looking for llama.cpp; building it takes some minutes the first time ...")
    try:
        peer = find_peer(given)
    except BenchError as error:
        say(f"llama.cpp is left out. {error} {error.hint}")
        peer = None
    else:
        say(describe_peer(peer))
    return lambda path, threads: sides(path, threads, peer, say)


def _avx2_sides(say: Say) -> MakeSides:
    """Return the same for KTDesk and ik_llama.cpp. Raises BenchError if that cannot be had."""
    package = ik_llama.find_package()
    say(f"ik_llama.cpp of the package ik-llama-cpp-python {ik_llama.VERSION}")
    return lambda path, threads: avx2_sides(path, threads, package, say)


def _model(
    shape: Shape,
    options: Namespace,
    make_sides: MakeSides,
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
    measures = make_sides(path, options.threads)
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
