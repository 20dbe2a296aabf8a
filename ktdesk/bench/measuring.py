# SPDX-License-Identifier: Apache-2.0
"""Runs of a loaded model whose speed is measured.

Every run reads a prompt of its own, so that nothing comes from the cache. One run before the
measured ones warms up: the first touches memory that later ones find ready.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from ktdesk.bench.last import Spread
from ktdesk.engine import Engine
from ktdesk.runtime.request import Options, Request, Stats

# Words that most vocabularies hold as one token each.
WORDS = tuple(
    """
    time people water work place name house line year world hand part sound great help word school
    country plant food sun city tree cross farm hard start story far sea late run night life north
    book carry science room friend began idea fish mountain stop once base hear horse
    """.split()  # noqa: SIM905 - a list of quoted words would be harder to read
)

Answer = Callable[[Engine, Request], Stats]  # answers a request, and says how fast that was


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of some runs, whose prompts have so many words."""

    words: int
    stats: list[Stats]

    def spreads(self) -> dict[str, Spread]:
        """Return each figure's median and ends, by the names that JSON has."""
        return {
            "prompt_tokens": self._spread(lambda s: s.prompt_tokens - s.cached_tokens),
            "generated_tokens": self._spread(lambda s: s.generated_tokens),
            "prefill_tokens_per_s": self._spread(lambda s: s.prefill_tokens_per_s),
            "decode_tokens_per_s": self._spread(lambda s: s.decode_tokens_per_s),
            "first_token_s": self._spread(lambda s: s.first_token_s),
        }

    def _spread(self, value: Callable[[Stats], float]) -> Spread:
        values = [value(each) for each in self.stats]
        return Spread(statistics.median(values), min(values), max(values))


def measure(
    engine: Engine, answer: Answer, *, prompt_tokens: int, tokens: int, runs: int
) -> Measured:
    """Warm up, then measure runs that read about so many tokens, and generate so many at most."""
    words = _words(engine, prompt_tokens, answer)
    requests = (_request(words, number, tokens) for number in range(1, runs + 2))
    stats = [answer(engine, request) for request in requests]
    return Measured(words, stats[1:])


def make_prompt(words: int, run: int) -> str:
    """Return a text of so many words, which begins differently in every run."""
    return " ".join(random.Random(run).choices(WORDS, k=words))


def _words(engine: Engine, tokens: int, answer: Answer) -> int:
    """Return how many words make a prompt of about so many tokens."""
    words = max(1, tokens // 4)
    trial = answer(engine, _request(words, 0, 1))
    return max(1, round(tokens * words / trial.prompt_tokens))


def _request(words: int, run: int, tokens: int) -> Request:
    # Without prompt lookup: how much it gives depends on the text.
    options = Options(max_tokens=tokens, temperature=0, prompt_lookup="off")
    return Request(prompt=make_prompt(words, run), options=options)
