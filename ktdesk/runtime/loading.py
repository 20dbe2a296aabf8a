# SPDX-License-Identifier: Apache-2.0
"""From the path of a file to a model that answers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path

from ktdesk.devices.cpu import CpuDevice
from ktdesk.devices.cuda import open_gpus, usable_bytes
from ktdesk.errors import ModelFileError, format_bytes
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import WeightType
from ktdesk.hardware import available_memory_bytes, physical_cores
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.architectures import find_architecture
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.homes import Home, choose_copies
from ktdesk.operators.placement import Placement
from ktdesk.operators.reader import Reader
from ktdesk.operators.site import Resources
from ktdesk.planning.card_needs import CardNeeds
from ktdesk.planning.context import choose_context
from ktdesk.planning.dissection import dissect
from ktdesk.planning.expert_record import read_counts
from ktdesk.planning.gpu_fit import choose_placement
from ktdesk.planning.plan import Wishes
from ktdesk.runtime.kept_use import KeptUse
from ktdesk.runtime.learning import Learner
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.pages import PageStore
from ktdesk.runtime.progress import LoadProgress, Report
from ktdesk.runtime.request import Stats
from ktdesk.runtime.rows import CacheRows
from ktdesk.runtime.runner import Runner
from ktdesk.runtime.sequences import Sequences
from ktdesk.runtime.session_file import SessionLayout
from ktdesk.text.template import ChatTemplate
from ktdesk.text.tokenizer import Tokenizer

log = logging.getLogger(__name__)

_KEPT_SHARE = 0.25  # of the memory that is free, for what was read of other conversations


@dataclass(frozen=True)
class LoadedModel:
    """A model, and what it is. Its memory goes when the last reference does.

    learner: None where the model is run in a way that no prediction is for.
    """

    info: ModelInfo
    runner: Runner
    use: KeptUse
    learner: Learner | None = None

    def learn(self, stats: Stats) -> None:
        """Keep what an answer that is over tells of experts and speeds."""
        self.use.keep()
        if self.learner:
            self.learner.learn(stats)


def load_model(
    path: Path,
    placement: str,
    context_tokens: int,
    cache_type: str,
    threads: int,
    report: Report,
    *,
    weights: Home = "auto",
    kept_bytes: int = 0,
    vram_bytes: int = 0,
    deferred_experts: int = 0,
    parallel: int = 1,
) -> LoadedModel:
    """Load a model; see `Engine.load`. `report` may raise to cancel."""
    report(LoadProgress("Opening the file", 0.0))
    checkpoint = Checkpoint.open(path)
    try:
        return _load(
            checkpoint,
            placement,
            context_tokens,
            cache_type,
            threads,
            report,
            weights,
            kept_bytes,
            vram_bytes,
            deferred_experts,
            parallel,
        )
    finally:  # whatever came of a file that went away meanwhile, that is what to say
        checkpoint.check_whole()


def _load(
    checkpoint: Checkpoint,
    placement: str,
    context_tokens: int,
    cache_type: str,
    threads: int,
    report: Report,
    weights: Home,
    kept_bytes: int,
    vram_bytes: int,
    deferred_experts: int,
    parallel: int,
) -> LoadedModel:
    available_bytes = available_memory_bytes()
    find_architecture(checkpoint)
    tokenizer = Tokenizer.from_metadata(checkpoint.path, checkpoint.metadata)
    context_tokens = choose_context(checkpoint, context_tokens)
    resources = Resources(checkpoint, CpuDevice(threads), context_tokens, CacheType(cache_type))

    if placement == "auto":
        anatomy = dissect(checkpoint, resources.cache_type).counted(read_counts(checkpoint))
        needs = CardNeeds.of(anatomy, context_tokens, available_bytes)
        rules = choose_placement(needs, usable_bytes(vram_bytes))
    else:
        rules = Placement.load(placement)
    plan = make_plan(resources, rules.with_default("deferred", deferred_experts))
    if plan.needs_gpu:
        resources.gpus, resources.cards = open_gpus(plan.cards_used, vram_bytes), plan.cards
    left = available_memory_bytes() - plan.cache_bytes(resources)
    resources.copied = choose_copies(checkpoint, weights, left, plan.remade)
    resources.reads_ahead = checkpoint.size_bytes > left
    total = sum(tensor.size_bytes for tensor in checkpoint.tensors.values())

    def report_bytes(done: int) -> None:
        done = min(done, total)
        report(LoadProgress("Reading the weights", 0.02 + 0.95 * done / total, done, total))

    resources.reader.on_read = report_bytes
    model = build_model(resources, plan, lambda _: report_bytes(resources.reader.done_bytes))
    _check_vocabulary(checkpoint, tokenizer, model.spec.vocabulary)
    _read_rest(checkpoint, resources.reader, resources.copied | plan.remade.keys())
    report(LoadProgress("Preparing the first step", 0.98))
    parallel = parallel if plan.captures else 1  # other operators promise nothing of shared steps
    runner = Runner(
        model,
        tokenizer,
        _template(checkpoint, tokenizer),
        context_tokens,
        _sequences(resources, kept_bytes, plan.cache_bytes(resources), parallel),
        captures=plan.captures,
        check_model=checkpoint.check_whole,
    )
    report(LoadProgress("Ready", 1.0))
    deferred = resources.deferral.most if plan.captures else 0  # only captured steps defer
    info = _describe(checkpoint, context_tokens, rules.name, deferred, parallel)
    wishes = Wishes(
        context_tokens=context_tokens,
        cache_type=resources.cache_type,
        vram_bytes=vram_bytes,
        placement=rules,
    )
    is_whole = threads == physical_cores() and weights == "auto"
    is_usual = is_whole and plan.captures and not deferred
    learner = Learner(checkpoint.path, wishes, available_bytes) if is_usual else None
    return LoadedModel(info, runner, KeptUse(checkpoint, resources.expert_use), learner)


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

    key = "tokenizer.chat_template"
    source, with_tools = (checkpoint.get(k, str, "") for k in (key, f"{key}.tool_use"))
    bos, eos = text(tokenizer.bos_id), text(tokenizer.eos_id)
    tool_use = ChatTemplate(with_tools, bos=bos, eos=eos) if with_tools else None
    return ChatTemplate(source, bos=bos, eos=eos, tool_use=tool_use)


def _read_rest(checkpoint: Checkpoint, reader: Reader, copied: Set[str]) -> None:
    """Bring what was not copied into memory now, rather than during the first answer.

    What does not fit is neither read nor checked.
    """
    rest = [checkpoint.weight(name) for name in checkpoint.tensors if name not in copied]
    rest_bytes = sum(weight.data.nbytes for weight in rest)
    if rest_bytes > available_memory_bytes():
        log.warning(
            "%s of %s are more than the memory that is free: they will be read from the disk "
            "again and again, which is slow",
            format_bytes(rest_bytes),
            checkpoint.path.name,
        )
        return
    for weight in rest:
        for _ in reader.read(weight):
            pass


def _sequences(resources: Resources, kept_bytes: int, cache_bytes: int, parallel: int) -> Sequences:
    """Return the cached sequences, with a store for others of at most a share of free memory.

    cache_bytes: what the caches will take, of what seems free as yet.
    """
    free = max(0, available_memory_bytes() - cache_bytes)
    store = PageStore(min(kept_bytes, int(free * _KEPT_SHARE)))
    rows = CacheRows(resources.caches)
    checkpoint, cache_type = resources.checkpoint, resources.cache_type

    def layout() -> SessionLayout:
        return SessionLayout(checkpoint.digest(), cache_type.value, rows.row_bytes)

    return Sequences(rows, store, cache(layout), parallel)


def _describe(
    checkpoint: Checkpoint,
    context_tokens: int,
    placement: str,
    deferred_experts: int,
    parallel: int,
) -> ModelInfo:
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
        deferred_experts=deferred_experts,
        parallel=parallel,
    )
