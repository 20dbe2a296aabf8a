# SPDX-License-Identifier: Apache-2.0
"""KTDesk's side of the comparison, in a process of its own.

    python -m tests.bench.ktdesk_side FILE THREADS PROMPT GENERATED DEPTH

prints tokens per second. As in llama-bench, tokens are random, also those that are generated, and
neither tokeniser nor sampler takes part. One run warms up.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from ktdesk.errors import KTDeskError
from ktdesk.runtime.loading import load_model
from ktdesk.runtime.runner import Runner
from tests.bench.shapes import VOCABULARY
from tests.bench.work import Work
from tests.prompts import read


def measure(path: Path, threads: int, work: Work, vocabulary: int) -> float:
    """Load a model for the processor, warm up, do the work; return tokens per second."""
    context = work.depth + work.tokens
    runner = load_model(path, "cpu_only", context, "f16", threads, lambda progress: None).runner
    ids = random.Random(1).choices(range(vocabulary), k=context)
    _do(runner, Work(work.prompt, min(work.generated, 1)), ids)
    if work.depth:
        read(runner, ids[: work.depth])
    return work.tokens / _do(runner, work, ids[work.depth :])


def _do(runner: Runner, work: Work, ids: list[int]) -> float:
    """Read a prompt, or generate after `work.depth` tokens; return the seconds that it took."""
    start = time.perf_counter()
    if work.prompt:
        read(runner, ids[: work.prompt])
    for place, token in enumerate(ids[work.prompt : work.tokens], work.depth):
        runner._decode.run([token], place)
    return time.perf_counter() - start


def main() -> int:
    """Measure what the arguments say."""
    path, threads, *numbers = sys.argv[1:]
    try:
        speed = measure(Path(path), int(threads), Work(*map(int, numbers)), VOCABULARY)
    except KTDeskError as error:
        sys.stderr.write(f"{error} {error.hint}\n")
        return 1
    sys.stdout.write(f"{speed}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
