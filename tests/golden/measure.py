# SPDX-License-Identifier: Apache-2.0
"""How models are run to be compared with llama.cpp."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from ktdesk.cli.perplexity import SAMPLE
from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware import physical_cores
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import prefill

CONTEXT = 512  # of llama-perplexity's run
COUNTED = CONTEXT // 2  # tokens of a window whose logits are looked at
TEXT = SAMPLE
TOKENS = 64  # of an answer, unless it ends before
TIE = 1e-3  # between the two likeliest tokens, in nats: float32 sums in another order may turn it

LastLogits = Callable[[list[int]], Tensor]
"""Gives the logits of a window's last COUNTED tokens, [COUNTED, V]."""


def build(model: Path, cache: CacheType) -> Decoder:
    """Return a model on the CPU's operators."""
    device = CpuDevice(physical_cores())
    resources = Resources(Checkpoint.open(model), device, CONTEXT, cache)
    plan = make_plan(resources, Placement.load("cpu_only"))
    return build_model(resources, plan, lambda share: None)


def last_logits(decoder: Decoder) -> LastLogits:
    """Return what gives a model's logits."""
    return lambda window: prefill(decoder, window, 0, outputs=COUNTED)


def perplexity(logits: LastLogits, tokens: Sequence[int], bos: int | None = None) -> float:
    """Measure as llama-perplexity does: whole windows, of which the second half counts.

    bos: what each window begins with, in place of its first token.
    """
    losses = []
    for start in range(0, len(tokens) - CONTEXT + 1, CONTEXT):
        window = list(tokens[start : start + CONTEXT])
        if bos is not None:
            window[0] = bos
        targets = torch.tensor(window[CONTEXT - COUNTED + 1 :])
        rows = logits(window)[:-1]
        losses.append(torch.nn.functional.cross_entropy(rows, targets, reduction="none"))
    return float(torch.cat(losses).mean().exp())
