# SPDX-License-Identifier: Apache-2.0
"""What keeping conversations and prompt lookup save: `python -m tests.bench.conversations MODEL`.

Reading a prompt against bringing it back from memory or from a file; answers with and without
prompt lookup, in turn, for a text to copy and for free text.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ktdesk import Done, Engine, Message, Options, Request
from ktdesk.bench.measuring import make_prompt
from ktdesk.cli.perplexity import SAMPLE
from ktdesk.errors import format_bytes
from ktdesk.runtime.runner import Runner

TEXT = SAMPLE.read_text(encoding="utf-8")
TASKS = {
    "copy": f"Repeat this text, word for word:\n\n{TEXT}",
    "free": "Tell a long story about a ship and a storm.",
}


def run_request(engine: Engine, request: Request) -> Done:
    """Return the end of an answer."""
    *_, last = engine.generate(request)
    assert isinstance(last, Done), last
    return last


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def kept_lines(engine: Engine, words: int) -> list[str]:
    """Return how long a prompt takes to read, to bring back, to save and to restore."""
    chats = [
        Request(prompt=make_prompt(words, n), options=Options(max_tokens=1, temperature=0))
        for n in range(2)
    ]
    read = [run_request(engine, chat).stats for chat in chats]
    back = run_request(engine, chats[0]).stats
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "session"
        save_s = timed(lambda: engine.save_session(file))
        size = file.stat().st_size
        run_request(engine, chats[1])
        restore_s = timed(lambda: engine.restore_session(file))
    return [
        f"{'reading':26}{read[0].prompt_tokens:8} tokens{read[0].prefill_s:10.3f} s",
        f"{'going back to it':26}{back.cached_tokens:8} tokens{back.prefill_s:10.3f} s, "
        "one token read",
        f"{'saving it in a file':26}{format_bytes(size):>15}{save_s:10.3f} s",
        f"{'restoring it':26}{format_bytes(size):>15}{restore_s:10.3f} s",
    ]


def copy_s(runner: Runner) -> tuple[float, int]:
    """Return the seconds it takes to bring 512 tokens back from the store, and their bytes."""
    sequences, tokens = runner._sequences, list(range(512))
    sequences.clear()
    sequence = sequences.begin(tokens, 0)
    assert sequence is not None
    sequence.append(tokens)
    sequences.recall(sequence, [-1])
    seconds = statistics.median(
        timed(lambda: (sequence.tokens.clear(), sequences.recall(sequence, tokens)))
        for _ in range(5)
    )
    sequences.clear()
    return seconds, 512 * sequences._rows.token_bytes


def step_ms(runner: Runner, tokens: int) -> float:
    """Return the milliseconds of a step of some tokens."""
    ids = [100 + 37 * n for n in range(tokens)]
    run = partial(runner._decode.run, ids, 512)
    run()
    return 1e3 * statistics.median(timed(run) for _ in range(9))


def lookup_lines(engine: Engine, runs: int, tokens: int) -> list[str]:
    """Return the speed of answers with and without prompt lookup."""
    lines: list[str] = []
    for task, text in TASKS.items():
        speeds: dict[str, list[float]] = {"off": [], "auto": []}
        shares: list[float] = []
        for _ in range(runs):
            for lookup, found in speeds.items():
                options = Options(max_tokens=tokens, temperature=0, prompt_lookup=lookup)  # type: ignore[arg-type]
                request = Request(messages=(Message("user", text),), options=options)
                stats = run_request(engine, request).stats
                found.append(stats.decode_tokens_per_s)
            shares.append(stats.guessed_tokens / max(1, stats.generated_tokens))
        for lookup, found in speeds.items():
            spread = f"{statistics.median(found):8.1f} ({min(found):.1f} to {max(found):.1f})"
            lines.append(f"{task:6}{lookup:6}{spread} tokens/s")
        gain = statistics.median(speeds["auto"]) / statistics.median(speeds["off"])
        share = statistics.median(shares)
        lines.append(f"{'':12}ratio {gain:.2f}, {share:.0%} of {stats.generated_tokens} guessed")
    return lines


def main() -> int:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="tests.bench.conversations", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--words", type=int, default=1500)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    engine = Engine(threads=arguments.threads)
    engine.load(arguments.model, context_tokens=4096)
    assert engine._model
    runner = engine._model.runner
    run_request(
        engine, Request(prompt=make_prompt(arguments.words, 9), options=Options(max_tokens=1))
    )
    lines = kept_lines(engine, arguments.words)
    seconds, size = copy_s(runner)
    lines.append(
        f"copying rows back: {size / seconds / 1e9:.1f} GB/s, {512 / seconds:.0f} tokens/s"
    )
    costs = ", ".join(f"{step_ms(runner, n):.1f}" for n in range(1, 5))
    lines.append(f"steps of 1 to 4 tokens: {costs} ms")
    lines += lookup_lines(engine, arguments.runs, arguments.tokens)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
