# SPDX-License-Identifier: Apache-2.0
"""How long a choice takes: `python -m tests.bench.sampling`.

Of all logits, and where a GPU has found the largest. All options in turn, the middle of many times.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict

import numpy as np

from ktdesk.devices.logits import Shortlist, TokenLogits
from ktdesk.kernels.top_logits import TOP_LOGITS
from ktdesk.runtime.request import Options
from ktdesk.runtime.sampler import Sampler

VOCABULARY = 129_280  # DeepSeek V3's
_ROUNDS = 200
_OFF = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}

CHOICES = {
    "greedy": Options(temperature=0.0),
    "default": Options(seed=1),
    "top-p": Options(seed=1, **_OFF | {"top_p": 0.95}),
    "min-p": Options(seed=1, **_OFF | {"min_p": 0.05}),
    "penalty": Options(seed=1, repetition_penalty=1.1),
    "all": Options(seed=1, **_OFF),
}


def main() -> None:
    """Print microseconds per token."""
    random = np.random.default_rng(1)
    logits = (random.standard_normal(VOCABULARY) * 6).astype(np.float32)
    said = random.integers(VOCABULARY, size=1000).tolist()
    best = np.argsort(-logits)[:TOP_LOGITS].astype(np.int32)
    total = float(np.exp(logits.astype(np.float64) - float(logits.max())).sum())
    whole = TokenLogits(lambda: logits)
    sides = {
        "all": whole,
        "largest": TokenLogits(whole.whole, Shortlist(best, logits[best], total)),
    }
    samplers = {name: Sampler(options) for name, options in CHOICES.items()}
    times = defaultdict[tuple[str, str], list[float]](list)
    for _ in range(_ROUNDS):
        for name, sampler in samplers.items():
            for side, given in sides.items():
                start = time.perf_counter()
                sampler.sample(given, said)
                times[name, side].append(time.perf_counter() - start)
    lines = [f"{'options':<10}" + "".join(f"{side:>10}" for side in sides) + "  microseconds"]
    for name in samplers:
        medians = (statistics.median(times[name, side]) * 1e6 for side in sides)
        lines.append(f"{name:<10}" + "".join(f"{median:>10.0f}" for median in medians))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
