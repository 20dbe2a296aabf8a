# SPDX-License-Identifier: Apache-2.0
"""Models split over two cards, beside the same ones on one card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cuda_module import find_cards
from tests.gpu.models import ModelRow, model_rows

_EXPERTS = """
  - {{match: layers.{half}-9999.mlp.experts, use: experts.host, with: {{card: 1}}}}
  - {{match: "**", use: experts.host}}"""
_HALF = """rules:{experts}
  - {{match: layers.{half}-9999.**, use: "*.cuda", with: {{card: 1}}}}
  - {{match: norm, use: "*.cuda", with: {{card: 1}}}}
  - {{match: lm_head, use: "*.cuda", with: {{card: 1}}}}
  - {{match: "**", use: "*.cuda"}}
"""


def missing_card() -> str:
    """Return why no model can be split here; nothing if one can."""
    usable = [card for card in find_cards() if not card.problem]
    return "" if len(usable) > 1 else f"this machine has {len(usable)} card that can be used"


def card_rows(path: Path, threads: int, vram_bytes: int, folder: Path) -> Iterator[ModelRow]:
    """Yield a row for one card and one for two, with experts on cards and on the CPU.

    Errors are against the first row. folder: for placement files.
    """
    checkpoint = Checkpoint.open(path)
    half = checkpoint.count(f"{checkpoint.architecture}.block_count") // 2
    placements: list[str] = []
    for name, experts in (("gpu_only", ""), ("one_gpu", _EXPERTS.format(half=half))):
        split = folder / f"{name}-over-two.yaml"
        split.write_text(_HALF.format(experts=experts, half=half), encoding="utf-8")
        placements += [name, str(split)]
    yield from model_rows(path, threads, vram_bytes, placements)
