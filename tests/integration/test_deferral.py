# SPDX-License-Identifier: Apache-2.0
"""Deferred experts: what they are, on the CPU alone and beside the emulated GPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.engine import Engine
from ktdesk.errors import PlacementError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.kernels.streams import open_stream
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime import loading
from ktdesk.runtime.prompt_lookup import Guesser
from ktdesk.runtime.request import Done, Event, Options, PromptLookup, Request, Token
from ktdesk.runtime.step import DecodeStep, prefill
from tests.gpu.logits import LIMIT as GPU_LIMIT
from tests.gpu.logits import REASON as GPU_REASON
from tests.gpu.under_test import gpu_device
from tests.integration.deferral_definition import LAYERS
from tests.integration.test_prompt_lookup import COPY, always
from tests.logits import whole
from tests.tiny import Tiny, llama4, tiny_deepseek, tiny_qwen3moe
from tests.untied import untied_text

# So few that a GPU computes prompt and steps with float32 activations.
PROMPT, STEPS = [5, 9, 200, 31], [64, 3, 210, 17, 17, 90]
# Normalised mean square errors, by place. Some processors multiply in bfloat16, as tensor cores do.
_ROUNDS = open_stream(1).rounds_attention
LIMITS = {"cpu_only": GPU_LIMIT if _ROUNDS else 1e-8, "one_gpu": GPU_LIMIT}
_ORDER = "float32 sums in another order: 1e-10 was seen"
REASONS = {"cpu_only": GPU_REASON if _ROUNDS else _ORDER, "one_gpu": GPU_REASON}
MODELS = {"deepseek2": tiny_deepseek, "qwen3moe": tiny_qwen3moe}
DEFINED = "rules:\n  - {match: '**', use: experts.defined}\n  - {match: '**', use: '*.torch'}\n"
# Four of eight experts are on the card.
RESIDENT = "extends: one_gpu\nrules: [{match: '**', use: experts.host, with: {resident: 4}}]"
RESIDENT_DEFINED = DEFINED.replace("defined}", "defined, with: {resident: 4}}")


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


def build(tiny: Tiny, placement: Placement, deferred: int) -> tuple[Decoder, Resources]:
    resources = Resources(Checkpoint.open(tiny.path), CpuDevice(2), 64, CacheType.F16)
    plan = make_plan(resources, placement.with_default("deferred", deferred))
    if plan.needs_gpu:
        resources.gpus, resources.cards = {0: gpu_device()}, plan.cards
    return build_model(resources, plan, lambda _: None), resources


def untied_steps(
    tiny: Tiny, deferred: int, definition: str = DEFINED
) -> tuple[list[int], list[int]]:
    """Return a prompt and steps without experts that are tied, as deferral is defined."""
    LAYERS.every.clear()
    watched = definition.replace("rules:\n", "rules:\n  - {match: '**', use: router.watched}\n")
    model, _ = build(tiny, Placement.parse("watched", watched), deferred)

    def before(place: int) -> None:
        LAYERS.is_step = place >= len(PROMPT)

    text = untied_text(model, len(PROMPT) + len(STEPS), before)
    return text[: len(PROMPT)], text[len(PROMPT) :]


def defined(
    tiny: Tiny,
    deferred: int,
    prompt: Sequence[int] = PROMPT,
    steps: Sequence[int] = STEPS,
    definition: str = DEFINED,
) -> Tensor:
    """Return the logits after each step, as deferral is defined."""
    LAYERS.every.clear()
    model, _ = build(tiny, Placement.parse("defined", definition), deferred)
    LAYERS.is_step = False
    prefill(model, prompt, 0)
    LAYERS.is_step = True
    return torch.cat([prefill(model, [token], i) for i, token in enumerate(steps, len(prompt))])


def stepped(
    model: Decoder,
    sizes: Sequence[int] = (1,) * len(STEPS),
    prompt: Sequence[int] = PROMPT,
    steps: Sequence[int] = STEPS,
) -> Tensor:
    """Return the logits after each of the steps, captured, of so many tokens together."""
    prefill(model, prompt, 0)
    step, done, logits = DecodeStep(model), 0, []
    for size in sizes:
        logits.append(whole(step.run(steps[done : done + size], len(prompt) + done)))
        done += size
    return torch.cat(logits)


def errors(logits: Tensor, expected: Tensor) -> Tensor:
    """Return each token's normalised mean square error."""
    difference = (logits - expected).double().square().sum(-1)
    return difference / expected.double().square().sum(-1)


@pytest.mark.parametrize("place", LIMITS)
@pytest.mark.parametrize("deferred", [1, 2])
def test_steps_are_as_deferral_is_defined(tiny: Tiny, place: str, deferred: int) -> None:
    model, resources = build(tiny, Placement.load(place), deferred)
    prompt, steps = untied_steps(tiny, deferred)
    expected = defined(tiny, deferred, prompt, steps)
    logits = stepped(model, prompt=prompt, steps=steps)
    found, limit = errors(logits, expected), LIMITS[place]
    assert (found <= limit).all(), f"{found.tolist()}, limit {limit}: {REASONS[place]}"
    plain = defined(tiny, 0, prompt, steps)
    assert (errors(plain, expected) > 10 * limit).all(), "deferral shows"
    assert resources.deferral.most == deferred


@pytest.mark.parametrize("deferred", [1, 2])
def test_experts_on_the_card_are_never_deferred(tiny: Tiny, deferred: int) -> None:
    model, _ = build(tiny, Placement.parse("resident", RESIDENT), deferred)
    prompt, steps = untied_steps(tiny, deferred, RESIDENT_DEFINED)
    found = errors(
        stepped(model, prompt=prompt, steps=steps),
        defined(tiny, deferred, prompt, steps, RESIDENT_DEFINED),
    )
    assert (found <= GPU_LIMIT).all(), f"{found.tolist()}, limit {GPU_LIMIT}: {GPU_REASON}"
    others = defined(tiny, deferred, prompt, steps), defined(tiny, 0, prompt, steps)
    here = defined(tiny, deferred, prompt, steps, RESIDENT_DEFINED)
    assert all((errors(each, here) > 10 * GPU_LIMIT).any() for each in others), "it shows"


@pytest.mark.parametrize("place", LIMITS)
def test_a_token_does_not_depend_on_those_it_shares_a_step_with(tiny: Tiny, place: str) -> None:
    model, _ = build(tiny, Placement.load(place), 1)
    single = stepped(model)
    for sizes in ([4, 2], [2, 4], [3, 1, 2]):
        assert torch.equal(stepped(model, sizes), single)


@pytest.mark.parametrize("place", LIMITS)
def test_a_replay_knows_nothing_of_the_one_before(tiny: Tiny, place: str) -> None:
    model, _ = build(tiny, Placement.load(place), 1)
    prefill(model, PROMPT, 0)
    step = DecodeStep(model)
    first, other, again = (whole(step.run([token], len(PROMPT))) for token in (64, 3, 64))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("place", LIMITS)
def test_prompts_are_exact(tiny: Tiny, place: str) -> None:
    plain, deferring = (build(tiny, Placement.load(place), n)[0] for n in (0, 2))
    expected = prefill(plain, PROMPT, 0, outputs=len(PROMPT)).clone()
    stepped(deferring)
    assert torch.equal(prefill(deferring, PROMPT, 0, outputs=len(PROMPT)), expected)


@pytest.mark.parametrize("place", LIMITS)
def test_one_expert_at_least_is_added_at_once(tiny: Tiny, place: str) -> None:
    checkpoint = Checkpoint.open(tiny.path)
    used = checkpoint.count(f"{checkpoint.architecture}.expert_used_count")
    (most, resources), (more, _) = (build(tiny, Placement.load(place), n) for n in (used - 1, 99))
    assert resources.deferral.most == used - 1
    assert torch.equal(stepped(most), stepped(more))


@pytest.mark.parametrize("place", LIMITS)
def test_a_single_expert_is_never_deferred(tmp_path: Path, place: str) -> None:
    tiny = llama4.tiny_llama4(tmp_path / "model.gguf")
    (plain, _), (asked, resources) = (build(tiny, Placement.load(place), n) for n in (0, 1))
    assert resources.deferral.most == 0
    assert torch.equal(stepped(asked), stepped(plain))


def test_a_placement_file_may_say_it_layer_by_layer(tmp_path: Path) -> None:
    """Also in a rule for operators of all kinds, of which only some know the option."""
    tiny = tiny_qwen3moe(tmp_path / "model.gguf")
    first, every = "layers.0.mlp.experts", "'**', use: '*.cpu', with: {deferred: 2}"
    lines = f"rules:\n  - {{match: {first}, use: experts.cpu, with: {{deferred: 0}}}}\n"
    some, _ = build(tiny, Placement.parse("own", f"{lines}  - {{match: {every}}}\n"), 1)
    all_of_them, resources = build(tiny, Placement.parse("own", f"rules: [{{match: {every}}}]"), 1)
    none, _ = build(tiny, Placement.load("cpu_only"), 0)
    assert resources.deferral.most == 2
    seen = [stepped(model) for model in (some, all_of_them, none)]
    assert not any(torch.equal(seen[i], seen[i - 1]) for i in range(3))


@pytest.mark.parametrize("wanted", [-1, 1.5, "two", True])
def test_what_is_no_number_is_refused(tiny: Tiny, wanted: object) -> None:
    placement = Placement.load("cpu_only").with_default("deferred", wanted)
    resources = Resources(Checkpoint.open(tiny.path), CpuDevice(1), 64, CacheType.F16)
    with pytest.raises(PlacementError, match="Experts cannot be deferred") as caught:
        build_model(resources, make_plan(resources, placement), lambda _: None)
    assert caught.value.hint


def load(path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(loading, "open_gpus", lambda cards, budget_bytes: {0: gpu_device()})
    monkeypatch.setattr(Guesser, "choose", always)
    engine = Engine(threads=2)
    info = engine.load(path, placement=place, context_tokens=128, deferred_experts=1)
    assert info.deferred_experts == 1
    return engine


@pytest.mark.parametrize("place", LIMITS)
def test_prompt_lookup_changes_no_answer(
    tiny: Tiny, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = load(tiny.path, place, monkeypatch)

    def answer(lookup: PromptLookup) -> list[int | None]:
        options = Options(temperature=0.8, seed=5, max_tokens=20, prompt_lookup=lookup)
        *events, done = engine.generate(Request(messages=COPY, options=options))
        assert isinstance(done, Done), done
        return [event.id for event in events if isinstance(event, Token)]

    answer("off")  # from now on all of the prompt but its last token stands in the cache
    plain = answer("off")
    assert answer("auto") == plain
    assert answer("off") == plain


@pytest.mark.parametrize("place", LIMITS)
def test_a_cancelled_answer_leaves_nothing(
    tiny: Tiny, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = load(tiny.path, place, monkeypatch)
    request = Request(messages=COPY, options=Options(temperature=0, max_tokens=12))

    def answer() -> list[Event]:
        return [event for event in engine.generate(request) if isinstance(event, Token)]

    answer()
    whole = answer()
    for event in engine.generate(request):
        if isinstance(event, Token):
            engine.cancel(request.id)
    assert answer() == whole


def test_where_steps_are_not_captured_none_is_deferred(tiny: Tiny, tmp_path: Path) -> None:
    rules = "[{match: lm_head, use: linear.torch}, {match: '**', use: '*.cpu'}]"
    own = tmp_path / "own.yaml"
    own.write_text(f"rules: {rules}", encoding="utf-8")
    engine = Engine(threads=1)
    assert engine.load(tiny.path, placement=str(own), deferred_experts=1).deferred_experts == 0
