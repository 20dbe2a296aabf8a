# SPDX-License-Identifier: Apache-2.0
"""Everything on the card at hand: build, check, time. `python -m tests.gpu.run --json FILE`.

The kernels' and models' tests run on the card instead of the emulator; greedy texts are compared
with the CPU's, hand-offs tried under load, kernels run under compute-sanitizer where there is one;
then kernels, hand-offs and whole models are timed, also on two cards. Ends with code 1 if a check
fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ktdesk.cli.setting_arguments import at_least_one
from ktdesk.devices.cuda import open_gpu
from ktdesk.errors import KTDeskError
from ktdesk.hardware.processor import physical_cores
from ktdesk.library.demo import demo_models
from ktdesk.probes.reading import MemoryProbe
from ktdesk.settings import models_folder
from tests.bench import machine
from tests.bench.shapes import SHAPES
from tests.bench.synthetic import model_file
from tests.gpu.beside_torch import product_rows
from tests.gpu.cards import card_rows, missing_card
from tests.gpu.ceilings import measure_ceilings
from tests.gpu.handoffs import handoff_rows
from tests.gpu.kernels import kernel_rows
from tests.gpu.long import PROMPTS, long_rows
from tests.gpu.models import LIMIT, PLACEMENTS, ModelRow, model_rows
from tests.gpu.roofline import Rates
from tests.gpu.sanitizer import find_sanitizer, sanitizer_rows
from tests.gpu.texts import text_rows

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/kernels",
    "tests/integration/test_gpu.py",
    "tests/integration/test_gpu_streamed_experts.py",
    "tests/integration/test_gpu_resident_experts.py",
    "tests/integration/test_gpu_fit.py",
    "tests/integration/test_gpu_cards.py",
    "tests/integration/test_stops.py",
)
PARTS = ("check", "texts", "handoffs", "sanitizer", "kernels", "torch", "models", "long", "cards")


def main() -> int:
    """Do the parts that the arguments name."""
    options = _options()
    about = machine.describe(options.threads)
    result: dict[str, Any] = {**about}
    for text in about.values():
        print(text)
    failed = False
    if "check" in options.parts:
        command = [sys.executable, "-m", "pytest", "-q", "--gpu", "-k", "gpu", *TESTS]
        failed = subprocess.run(command, cwd=ROOT, check=False).returncode != 0
        result["checked"] = not failed
    for part, run in (("texts", _texts), ("handoffs", _handoffs), ("sanitizer", _sanitizer)):
        if part in options.parts:
            failed |= not run(options, result)
    if "kernels" in options.parts:
        _kernels(result)
    if "torch" in options.parts:
        _torch(result)
    if "models" in options.parts:
        failed |= not _models(options, result)
    if "long" in options.parts:
        _long(options, result)
    if "cards" in options.parts:
        failed |= not _cards(options, result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return int(failed)


def _options() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS])
    parser.add_argument("--models", nargs="+", choices=SHAPES, default=["v2-lite"])
    help_text = "names or files to measure models in; logits are compared with those of the first"
    parser.add_argument("--placements", nargs="+", default=[*PLACEMENTS], help=help_text)
    parser.add_argument("--threads", type=at_least_one, default=physical_cores())
    parser.add_argument("--vram-gib", type=float, default=24.0, help="as if the card had so much")
    parser.add_argument("--most-tokens", type=at_least_one, default=PROMPTS[-1][-1], help="of long")
    parser.add_argument("--sanitizer-s", type=float, default=300.0, help="limit of each tool")
    parser.add_argument("--json", type=Path, help="write what was found to a file")
    return parser.parse_args()


def _texts(options: Namespace, result: dict[str, Any]) -> bool:
    """Print and add how greedy texts compare; return whether all that differs is tied."""
    try:
        demo = demo_models(models_folder()).deepseek2
    except KTDeskError as error:
        demo = None
        print(f"without the demo model: {error}")
    rows = list(text_rows(demo, options.threads, int(options.vram_gib * 2**30)))
    result["texts"] = [asdict(row) for row in rows]
    for row in rows:
        print(
            f"{row.model:40} {row.placement:9} {row.tokens} tokens, {len(row.turned)} turned, "
            f"gap {row.widest:.4f}"
        )
    return all(row.is_right for row in rows)


def _handoffs(options: Namespace, result: dict[str, Any]) -> bool:
    """Print and add how many hand-offs went; return whether all results were right."""
    rows = list(handoff_rows(open_gpu(0), options.threads))
    result["busy_handoffs"] = [asdict(row) for row in rows]
    for row in rows:
        print(
            f"{row.count} hand-offs by {row.backend:12} {row.microseconds:8.1f} us  {row.problem}"
        )
    return not any(row.problem for row in rows)


def _sanitizer(options: Namespace, result: dict[str, Any]) -> bool:
    """Print and add what the sanitizer finds; return whether that is nothing."""
    program = find_sanitizer()
    if program is None:
        print("without compute-sanitizer, which this machine does not have")
        return True
    found = result["sanitizer"] = []
    for row in sanitizer_rows(program, options.sanitizer_s):
        found.append(asdict(row))
        end = "" if row.ended else ", not to the end"
        print(
            f"{row.tool:10} {row.tests} tests, {row.seconds:.0f} s{end}  {row.problem}", flush=True
        )
    return not any(row["problem"] for row in found)


def _kernels(result: dict[str, Any]) -> None:
    device = open_gpu(0)
    ceilings = measure_ceilings(device)
    result["ceilings"] = asdict(ceilings)
    print(
        f"copy {ceilings.copy / 1e9:.0f} GB/s, to the card {ceilings.to_card / 1e9:.1f} GB/s, "
        f"back {ceilings.from_card / 1e9:.1f} GB/s, torch's bf16 {ceilings.bf16 / 1e12:.0f} Top/s"
    )
    result["handoffs"] = device.module.calibrate_handoff(device.stream)
    for name, microseconds, problem in result["handoffs"]:
        print(f"hand-off {name:12} {microseconds:8.1f} us  {problem}")
    result["kernels"] = []
    for row in kernel_rows(device, ceilings):
        result["kernels"].append(asdict(row))
        rate = f"{row.rate / 1e9:9.0f} G{row.unit}" if row.unit else ""
        print(
            f"{row.name:48} {row.median_us:9.1f} us +-{row.spread_us:6.1f} {rate} {row.share:5.0%}"
        )


def _torch(result: dict[str, Any]) -> None:
    """Print and add products by torch's kernels beside ours."""
    result["products"] = []
    for row in product_rows(open_gpu(0)):
        result["products"].append(asdict(row))
        times = ", ".join(f"{name} {time:.1f} us" for name, time in row.microseconds.items())
        print(f"{row.tokens:5} tokens: {times}")


def _models(options: Namespace, result: dict[str, Any]) -> bool:
    """Measure all models; return whether their logits are right."""
    vram_bytes = int(options.vram_gib * 2**30)
    rows = (
        row
        for name in options.models
        for row in model_rows(
            model_file(SHAPES[name]), options.threads, vram_bytes, options.placements
        )
    )
    return _add_rows(result.setdefault("models", []), rows)


def _long(options: Namespace, result: dict[str, Any]) -> None:
    """Print and add what long prompts and contexts take."""
    result["long"] = []
    vram_bytes = int(options.vram_gib * 2**30)
    ceilings = measure_ceilings(open_gpu(0))
    memory = MemoryProbe(options.threads).bytes_per_s(options.threads)
    rates = Rates(ceilings.copy, memory, ceilings.bf16)
    result["rates"] = asdict(rates)
    placements = [name for name in ("one_gpu", "gpu_only") if name in options.placements]
    for row in long_rows(placements, options.threads, vram_bytes, options.most_tokens, rates):
        result["long"].append(asdict(row))
        print(f"{row.model}, {row.placement}: {row.gpu_bytes / 1e9:.1f} GB on the card")
        for count, milliseconds in row.prefill.items():
            rate = 1e3 * count / milliseconds
            least = row.least_prefill[count]
            most = f"{1e3 * count / least:.0f}" if least else "?"
            print(
                f"  {count:7} tokens {rate:8.0f} of {most} tokens/s, then "
                f"{row.step[count]:8.2f} ms a token where {row.least_step[count]:.2f} are the least"
            )


def _cards(options: Namespace, result: dict[str, Any]) -> bool:
    """Do the same for two cards beside one, if there are two."""
    if problem := missing_card():
        print(f"Nothing is split over two cards: {problem}.")
        return True
    vram_bytes = int(options.vram_gib * 2**30)
    with TemporaryDirectory() as folder:
        rows = (
            row
            for name in options.models
            for row in card_rows(
                model_file(SHAPES[name]), options.threads, vram_bytes, Path(folder)
            )
        )
        return _add_rows(result.setdefault("cards", []), rows)


def _add_rows(to: list[dict[str, Any]], rows: Iterator[ModelRow]) -> bool:
    """Print and add rows; return whether their logits are right."""
    good = True
    for row in rows:
        to.append(asdict(row))
        good &= row.error <= LIMIT
        prompts = ", ".join(f"{count}: {rate:.0f}" for count, rate in row.prefill.items())
        print(
            f"{row.model:20} {row.placement:9} prefill {prompts}; decode {row.decode:.1f}, "
            f"deep {row.deep_decode:.1f} tokens/s; error {row.error:.1e}, "
            f"{row.moved_tokens} moved; "
            f"{row.gpu_bytes / 1e9:.1f} GB on the card",
            flush=True,
        )
    return good


if __name__ == "__main__":
    sys.exit(main())
