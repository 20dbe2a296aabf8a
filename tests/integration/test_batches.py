# SPDX-License-Identifier: Apache-2.0
"""Several sequences in a step: each one's logits are those that `transformers` gives it alone.

The limit is that of test_logits.py, for the same reason; a row of another sequence would be seen.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk.devices.buffers import Part, StepInputs
from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators import latent_attention
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from tests.integration import test_logits
from tests.tiny import VOCABULARY, Tiny

RELATIVE = 1e-4
GENERATOR = torch.Generator().manual_seed(6)
NEW = 4  # tokens of each sequence after its prompt
LENGTHS, BASES = (9, 40, 1), (70, 10, 0)  # of the prompts; rows between them stay empty
SEQUENCES = [
    [int(t) for t in torch.randint(3, VOCABULARY, (n + NEW,), generator=GENERATOR)] for n in LENGTHS
]
# A tied head, or layers that nobody reads, are nothing to a batch.
MODELS = {
    name: make for name, make in test_logits.MODELS.items() if not name.endswith(("tied", "nextn"))
}
# The torch operators take long, and know two kinds of attention only.
CASES = [(name, "cpu_only") for name in MODELS] + [
    (name, "reference") for name in ("llama", "qwen3moe", "deepseek split")
]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A model and a placement."""
    return request.param


@pytest.fixture(scope="module")
def tiny(case: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[case[0]](tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture(scope="module")
def expected(tiny: Tiny) -> list[Tensor]:
    # Phi 3 rotates otherwise when a sequence is longer than its original context, as this cache is.
    return [tiny.logits(tokens + test_logits.TOKENS)[: len(tokens)] for tokens in SEQUENCES]


@pytest.fixture
def built(tiny: Tiny, case: tuple[str, str]) -> tuple[Decoder, CpuDevice]:
    return build(tiny, case[1])


def build(tiny: Tiny, placement: str) -> tuple[Decoder, CpuDevice]:
    device = CpuDevice(2)
    resources = Resources(Checkpoint.open(tiny.path), device, 128, CacheType.F32)
    plan = make_plan(resources, Placement.load(placement))
    return build_model(resources, plan, lambda share: None), device


def prompts() -> list[Part]:
    parts = zip(SEQUENCES, LENGTHS, BASES, strict=True)
    return [Part(tokens[:count], 0, base) for tokens, count, base in parts]


def nexts(step: int) -> list[Part]:
    """Return the token of each sequence that comes so many after its prompt."""
    parts = zip(SEQUENCES, LENGTHS, BASES, strict=True)
    return [Part(tokens[n + step : n + step + 1], n + step, base) for tokens, n, base in parts]


def run(model: Decoder, parts: list[Part]) -> list[Tensor]:
    """Return the logits of all tokens of each part."""
    counts = [len(part.tokens) for part in parts]
    inputs = StepInputs(sum(counts))
    inputs.load_parts(parts)
    return list(model.forward(inputs, outputs=sum(counts)).split_with_sizes(counts))


def assert_logits(actual: Tensor, expected: Tensor) -> None:
    error = (actual - expected).abs().max() / expected.abs().max()
    assert error < RELATIVE, f"relative error {error:.2e}"


def test_prompts_and_then_a_token_of_each(
    built: tuple[Decoder, CpuDevice], expected: list[Tensor]
) -> None:
    model, _ = built
    for logits, whole, count in zip(run(model, prompts()), expected, LENGTHS, strict=True):
        assert_logits(logits, whole[:count])
    for step in range(NEW):
        for logits, whole, count in zip(run(model, nexts(step)), expected, LENGTHS, strict=True):
            assert_logits(logits[0], whole[count + step])


def test_a_prompt_beside_sequences_that_go_on(
    built: tuple[Decoder, CpuDevice], expected: list[Tensor]
) -> None:
    """Its chunks, too, and what it has stored stays when others come and go."""
    model, _ = built
    long = SEQUENCES[1]
    run(model, [prompts()[0]])
    first = run(model, [nexts(0)[0], Part(long[:7], 0, BASES[1])])
    second = run(model, [Part(long[7:40], 7, BASES[1]), nexts(1)[0], prompts()[2]])
    assert_logits(torch.cat((first[1], second[0])), expected[1][:40])
    assert_logits(torch.cat((first[0], second[1])), expected[0][9:11])
    assert_logits(second[2], expected[2][:1])


def test_a_captured_batch(
    case: tuple[str, str], built: tuple[Decoder, CpuDevice], expected: list[Tensor]
) -> None:
    """It is captured once, for sequences that stand anywhere, and equals the eager run."""
    if case[1] == "reference":
        pytest.skip("torch operators are not captured")
    model, device = built
    run(model, prompts())
    inputs = StepInputs(len(SEQUENCES))
    with device.capture() as graph:
        captured = model.forward(inputs, outputs=len(SEQUENCES))
    for step in range(NEW):
        inputs.load_parts(nexts(step))
        graph.replay()
        replayed = captured.clone()
        assert torch.equal(replayed, torch.cat(run(model, nexts(step))))
        for logits, whole, count in zip(replayed, expected, LENGTHS, strict=True):
            assert_logits(logits, whole[count + step])


def test_one_sequence_anywhere_in_the_cache(
    built: tuple[Decoder, CpuDevice], expected: list[Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its latents are expanded, in the second step, too, if it has that many tokens."""
    monkeypatch.setattr(latent_attention, "_EXPANSION_QUERIES", 0)
    model, _ = built
    tokens = SEQUENCES[1]
    (first,) = run(model, [Part(tokens[:8], 0, 77)])
    (second,) = run(model, [Part(tokens[8:], 8, 77)])
    assert_logits(torch.cat((first, second)), expected[1])
