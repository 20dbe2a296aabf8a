# SPDX-License-Identifier: Apache-2.0
"""From the path of a file to a model that answers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path

import torch

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import ModelFileError, RequestError, format_bytes
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.hardware import available_memory_bytes
from ktdesk.models.build import build_model, find_architecture, make_plan
from ktdesk.models.homes import Home, choose_copies
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.runner import Runner
from ktdesk.text.template import ChatTemplate
from ktdesk.text.tokenizer import Tokenizer

log = logging.getLogger(__name__)

DEFAULT_CONTEXT_TOKENS = 8192  # of models that could do more: their caches would fill the memory
CACHE_TYPES = {"f16": torch.float16, "f32": torch.float32}
_PAGE_BYTES = 4096
_READ_BYTES = 16 << 20  # between two reports while weights are read

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class LoadedModel:
    """A model, and what it is. Its memory goes when the last reference does."""

    info: ModelInfo
    runner: Runner


def load_model(
    path: Path,
    placement: str,
    context_tokens: int,
    cache_type: str,
    threads: int,
    report: Report,
    *,
    weights: Home = "auto",
) -> LoadedModel:
    """Load a model; see `Engine.load`. `report` gets stage and share, and may raise to cancel."""
    report("Opening the file", 0.0)
    checkpoint = Checkpoint.open(path)
    find_architecture(checkpoint)
    tokenizer = Tokenizer.from_metadata(path, checkpoint.metadata)
    rules = Placement.load("cpu_only" if placement == "auto" else placement)
    context_tokens = choose_context(checkpoint, context_tokens)
    device = CpuDevice(threads)
    resources = Resources(checkpoint, device, context_tokens, CACHE_TYPES[cache_type])
    plan = make_plan(resources, rules)
    left = available_memory_bytes() - plan.cache_bytes(resources)
    resources.copied = choose_copies(checkpoint, weights, left)
    resources.reads_ahead = checkpoint.size_bytes > left
    model = build_model(
        resources, plan, lambda share: report("Placing the weights", 0.02 + 0.08 * share)
    )
    _check_vocabulary(checkpoint, tokenizer, model.spec.vocabulary)
    _read_weights(resources, report)
    report("Preparing the first step", 0.98)
    runner = Runner(
        model,
        device,
        tokenizer,
        _template(checkpoint, tokenizer),
        context_tokens,
        captures=plan.captures,
    )
    report("Ready", 1.0)
    return LoadedModel(_describe(checkpoint, context_tokens, rules.name), runner)


def choose_context(checkpoint: Checkpoint, wanted: int) -> int:
    """Return the context to load with; 0 is the model's own, up to a default.

    Raises RequestError if the model was not made for as much as is wanted.
    """
    most = checkpoint.count(f"{checkpoint.architecture}.context_length")
    if not 0 <= wanted <= most:
        raise RequestError(
            f"A context of {wanted} tokens was asked for; the model was made for 1 to {most}.",
            hint=f"Choose at most {most} tokens.",
        )
    return wanted or min(most, DEFAULT_CONTEXT_TOKENS)


def _check_vocabulary(checkpoint: Checkpoint, tokenizer: Tokenizer, rows: int) -> None:
    """Refuse a vocabulary whose tokens the model has no rows for, or the other way round."""
    if tokenizer.vocabulary_size != rows:
        raise ModelFileError(
            checkpoint.path,
            f"The file's vocabulary has {tokenizer.vocabulary_size} tokens, its model {rows}.",
            hint="The file is damaged, or made for another program. Fetch it again.",
        )


def _template(checkpoint: Checkpoint, tokenizer: Tokenizer) -> ChatTemplate:
    """Return the file's chat template. One that does not parse fails when it is used, not here."""

    def text(token_id: int | None) -> str:
        return "" if token_id is None else tokenizer.token_text(token_id)

    source = checkpoint.get("tokenizer.chat_template", str, "")
    return ChatTemplate(source, bos=text(tokenizer.bos_id), eos=text(tokenizer.eos_id))


def _read_weights(resources: Resources, report: Report) -> None:
    """Bring the file into memory now, with progress, rather than during the first answer."""
    checkpoint, copied = resources.checkpoint, resources.copied
    if resources.reads_ahead:
        log.warning(
            "%s has %s, more than the memory that is free: it will be read from the disk again "
            "and again, which is slow",
            checkpoint.path.name,
            format_bytes(checkpoint.size_bytes),
        )
        return
    weights = [checkpoint.weight(name) for name in checkpoint.tensors if name not in copied]
    total, done = max(1, sum(w.data.nbytes for w in weights)), 0
    for weight in weights:
        for start in range(0, weight.data.nbytes, _READ_BYTES):
            report("Reading the weights", 0.1 + 0.85 * (done + start) / total)
            _touch(weight, start)
        done += weight.data.nbytes


def _touch(weight: Weight, start: int) -> None:
    """Read one byte of every page, which makes the system fetch the pages."""
    weight.data.reshape(-1)[start : start + _READ_BYTES : _PAGE_BYTES].max()


def _describe(checkpoint: Checkpoint, context_tokens: int, placement: str) -> ModelInfo:
    arch = checkpoint.architecture
    tensors = checkpoint.tensors.values()
    counts: Counter[str] = Counter()
    for tensor in tensors:
        counts[WeightType(tensor.type).name] += tensor.size_bytes
    return ModelInfo(
        path=checkpoint.path,
        name=checkpoint.name,
        architecture=arch,
        parameters=sum(prod(tensor.shape) for tensor in tensors),
        size_bytes=checkpoint.size_bytes,
        weight_types=", ".join(name for name, _ in counts.most_common()),
        layers=checkpoint.get(f"{arch}.block_count", int),
        experts=checkpoint.get(f"{arch}.expert_count", int, 0),
        experts_used=checkpoint.get(f"{arch}.expert_used_count", int, 0),
        context_tokens=context_tokens,
        placement=placement,
    )
