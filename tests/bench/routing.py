# SPDX-License-Identifier: Apache-2.0
"""How evenly tokens fall on experts, in a process of its own.

    python -m tests.bench.routing FILE THREADS TOKENS

prints, for each layer with experts, the fewest and the most tokens of one expert, and the mean.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from ktdesk.errors import KTDeskError
from ktdesk.operators.base import RouterSpec
from ktdesk.operators.experts import NativeRouter
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site
from ktdesk.runtime.loading import load_model
from tests.bench.programs import run_own
from tests.bench.shapes import VOCABULARY
from tests.prompts import read

_TOKENS = 512
_PLACEMENT = """
rules:
  - {match: "**", use: router.counting}
  - {match: "**", use: "*.cpu"}
"""


@operator("counting")
class CountingRouter(NativeRouter):
    """Counts the tokens of each expert, [E]. A replay would pass it by: steps are not captured."""

    captures = False
    built: ClassVar[list[CountingRouter]] = []

    def __init__(self, site: Site, spec: RouterSpec) -> None:
        super().__init__(site, spec)
        self.counts = torch.zeros(spec.experts, dtype=torch.int64)
        self.built.append(self)

    def forward(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return ids and weights, [T, K] each."""
        ids, weights = super().forward(logits)
        self.counts += torch.bincount(ids.flatten(), minlength=len(self.counts))
        return ids, weights


def tokens_per_expert(path: Path, threads: int, tokens: int, vocabulary: int) -> list[Tensor]:
    """Return how many tokens of a prompt fall on each expert, [E] for each layer with experts."""
    CountingRouter.built.clear()
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "counting.yaml"
        rules.write_text(_PLACEMENT, encoding="utf-8")
        model = load_model(path, str(rules), tokens, "f16", threads, lambda progress: None)
    ids = random.Random(1).choices(range(vocabulary), k=tokens)
    read(model.runner, ids)
    return [router.counts for router in CountingRouter.built]


def routing_lines(path: Path, threads: int) -> list[str]:
    """Return what to tell of a model's routing, counted in another process. Raises BenchError."""
    said = run_own("routing", path, threads, _TOKENS).splitlines()
    lines = [f"Tokens per expert, of a prompt of {_TOKENS}:"]
    for layer, (fewest, most, mean) in enumerate(map(str.split, said), 1):
        lines.append(f"  sparse layer {layer}: mean {mean}, fewest {fewest}, most {most}")
    return lines


def main() -> int:
    """Count what the arguments say."""
    path, threads, tokens = sys.argv[1:]
    try:
        layers = tokens_per_expert(Path(path), int(threads), int(tokens), VOCABULARY)
    except KTDeskError as error:
        sys.stderr.write(f"{error} {error.hint}\n")
        return 1
    for counts in layers:
        sys.stdout.write(f"{counts.min()} {counts.max()} {counts.float().mean():.1f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
