# SPDX-License-Identifier: Apache-2.0
"""Layers of which some experts are on the emulated card and the others on the CPU."""

from __future__ import annotations

import gguf
import pytest
import torch
from torch import Tensor

from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import DecodeStep, prefill
from tests.compare import assert_close
from tests.golden.retyped import write_quantised
from tests.gpu.logits import LIMIT, REASON, assert_logits, build, open_resources
from tests.integration.test_gpu_streamed_experts import SPLITS, FixedSpeeds
from tests.logits import whole
from tests.tiny import Tiny, deepseek2, gpt_oss, llama4, qwen3moe
from tests.untied import untied_tokens

# With biases, with weights of what goes in, with and without experts that all tokens use; of eight
# experts a token uses three, of Llama 4 one.
MODELS = {
    name: variant
    for module in (deepseek2, gpt_oss, llama4, qwen3moe)
    for name, variant in list(module.VARIANTS.items())[:1]
}
# Most tokens have none of the first there, and all of the last.
RESIDENT = {"one": "[5]", "some": "[1, 3-4, 7]", "first": "3", "all but one": "[0-2, 4-7]"}


def placement(resident: str) -> Placement:
    experts = f"{{class: routed, use: experts.host, with: {{resident: {resident}}}}}"
    return Placement.parse("own", f"rules: [{experts}, {{match: '**', use: '*.cuda'}}]")


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture(scope="module")
def tokens(tiny: Tiny) -> list[int]:
    return untied_tokens(tiny.path)


@pytest.fixture(scope="module")
def expected(tiny: Tiny, tokens: list[int]) -> Tensor:
    model = build(open_resources(tiny.path), Placement.load("cpu_only"))
    return prefill(model, tokens, 0, outputs=len(tokens)).clone()


@pytest.mark.parametrize("resident", RESIDENT)
def test_a_prompt_and_a_graph_per_token(
    tiny: Tiny, tokens: list[int], expected: Tensor, resident: str
) -> None:
    model = build(open_resources(tiny.path), placement(RESIDENT[resident]))
    assert_logits(prefill(model, tokens, 0, outputs=len(tokens)), expected)
    prefill(model, tokens[:10], 0)
    step = DecodeStep(model)
    steps = [whole(step.run([token], place)) for place, token in enumerate(tokens[10:], 10)]
    assert_logits(torch.cat(steps), expected[10:])


@pytest.mark.parametrize("resident", RESIDENT)
def test_tokens_of_a_step_get_what_they_get_alone(
    tiny: Tiny, tokens: list[int], resident: str
) -> None:
    model = build(open_resources(tiny.path), placement(RESIDENT[resident]))
    prefill(model, tokens[:10], 0)
    eager = [prefill(model, [token], 10 + i)[0].clone() for i, token in enumerate(tokens[10:18])]
    step = DecodeStep(model)
    captured = [whole(step.run([token], 10 + i))[0] for i, token in enumerate(tokens[10:18])]
    assert torch.equal(torch.stack(captured), torch.stack(eager))
    assert torch.equal(whole(step.run(tokens[10:18], 10)), torch.stack(eager))


@pytest.mark.parametrize("split", SPLITS)
def test_the_others_of_a_prompt_are_streamed_or_computed_at_home(
    tiny: Tiny, tokens: list[int], expected: Tensor, split: str
) -> None:
    resources = open_resources(tiny.path)
    model = build(resources, placement("[1, 3]"))
    speeds = resources.streaming[0].speeds = FixedSpeeds(*SPLITS[split])
    logits = prefill(model, tokens, 0, outputs=len(tokens))
    assert_close(logits, expected, LIMIT, REASON)
    assert speeds.worked == set(split.split())


def loaded(path: Tiny, placement: Placement) -> tuple[Resources, int]:
    """Return what a model was built from, and what it takes of the card."""
    resources = open_resources(path.path)
    model = build(resources, placement)
    used = resources.gpus[0].arena.used_bytes
    del model
    return resources, used


def expert_tensors(checkpoint: Checkpoint) -> dict[str, int]:
    """Return the bytes of the matrices of all layers' experts."""
    tensors = checkpoint.tensors.items()
    return {name: info.size_bytes for name, info in tensors if "_exps.weight" in name}


def test_only_the_resident_ones_are_read_for_the_card(tiny: Tiny) -> None:
    tensors = expert_tensors(open_resources(tiny.path).checkpoint)
    all_on_cpu, without = loaded(tiny, Placement.load("one_gpu"))
    some, used = loaded(tiny, placement("[1, 3-4, 7]"))
    share = sum(tensors.values()) // 2  # of eight
    assert some.reader.done_bytes - all_on_cpu.reader.done_bytes == share, "the rest is mapped"
    assert share <= used - without < 1.1 * share + 512 * 12 * len(tensors), "and numbers, biases"


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0"])
def test_of_quantised_ones_with_rows_interleaved_at_home(
    tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("quantised")
    source, path = folder / "source.gguf", folder / "model.gguf"
    write_quantised(qwen3moe.tiny_qwen3moe(source).path, path, gguf.GGMLQuantizationType[kind])
    tokens = untied_tokens(path)
    mapped, copied = open_resources(path), open_resources(path)
    copied.copied = frozenset(expert_tensors(copied.checkpoint))
    logits = [
        prefill(build(each, placement("[0, 2, 5-6]")), tokens, 0, outputs=len(tokens)).clone()
        for each in (mapped, copied)
    ]
    plain = build(open_resources(path), Placement.load("one_gpu"))
    wanted = prefill(plain, tokens, 0, outputs=len(tokens))
    reason = "the CPU rounds activations to int8, the card to bfloat16"
    for each in logits:
        assert_close(each, wanted, 1e-3, reason)
