# SPDX-License-Identifier: Apache-2.0
"""Logits, caches and masks of the Hugging Face face: those of `transformers`, and the engine's own.

The limit is that of test_logits.py: what float32 rounding can do over three layers.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ktdesk.devices.cpu import CpuDevice
from ktdesk.engine import Engine
from ktdesk.errors import KTDeskError, RequestError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hf import KTModelForCausalLM, KTTokenizer, TokenCache
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import DecodeStep, prefill
from tests.integration.hf.conftest import BATCH
from tests.logits import whole
from tests.tiny import Tiny

RELATIVE = 1e-4
TOKENS = torch.randint(3, 300, (1, 40), generator=torch.Generator().manual_seed(4))


def assert_near(actual: torch.Tensor, expected: torch.Tensor) -> None:
    assert actual.shape == expected.shape
    assert (actual - expected).abs().max() < RELATIVE * expected.abs().max()


def reference(tiny: Tiny, **inputs: Any) -> Any:
    with torch.no_grad():
        return tiny.reference(**inputs)


def built(tiny: Tiny) -> Decoder:
    """Return the model without an engine."""
    resources = Resources(Checkpoint.open(tiny.path), CpuDevice(2), 128, CacheType.F32)
    plan = make_plan(resources, Placement.load("cpu_only"))
    return build_model(resources, plan, lambda share: None)


def test_all_logits_are_those_of_transformers(model: KTModelForCausalLM, tiny: Tiny) -> None:
    assert_near(model(TOKENS).logits, reference(tiny, input_ids=TOKENS).logits)


def test_prompt_and_steps_are_the_engines_bit_for_bit(
    model: KTModelForCausalLM, tiny: Tiny
) -> None:
    own = built(tiny)
    # Others have read TOKENS, and what is known of them is not read again.
    ids = torch.randint(3, 300, (1, 40), generator=torch.Generator().manual_seed(5))
    tokens = ids[0].tolist()
    out = model(ids[:, :30], logits_to_keep=1)
    assert torch.equal(out.logits[0], prefill(own, tokens[:30], 0))
    step = DecodeStep(own)
    for at in range(30, 40):
        out = model(ids[:, at : at + 1], cache=out.cache)
        assert torch.equal(out.logits[0], whole(step.run([tokens[at]], at)))


def test_beams_are_read_token_by_token_however_they_alternate(
    model: KTModelForCausalLM, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = torch.Generator().manual_seed(6)
    cache = model(torch.randint(3, 300, (1, 20), generator=choice).repeat(4, 1)).cache
    steps, run = list[int](), DecodeStep.run_parts

    def noted(self: DecodeStep, parts: Any, cancelled: Any = None) -> Any:
        steps.append(sum(len(part.tokens) for part in parts))
        return run(self, parts, cancelled)

    monkeypatch.setattr(DecodeStep, "run_parts", noted)
    for _ in range(12):
        cache.reorder_cache(torch.randint(0, 4, (4,), generator=choice))
        logits = model(torch.randint(3, 300, (4, 1), generator=choice), cache=cache).logits
    assert steps == [1] * 48
    own = built(tiny)
    step = DecodeStep(own)
    for row, expected in zip(cache.rows, logits, strict=True):
        prefill(own, list(row[:20]), 0)
        for at in range(20, 32):
            alone = whole(step.run([row[at]], at))
        assert torch.equal(expected, alone)


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_changes_nothing(
    model: KTModelForCausalLM, tokenizer: KTTokenizer, tiny: Tiny, side: str
) -> None:
    batch = tokenizer(BATCH, return_tensors="pt", padding=True, padding_side=side)
    logits = model(**batch).logits
    for row, text in enumerate(BATCH):
        mask = batch.attention_mask[row].bool()
        alone = tokenizer(text, return_tensors="pt")
        assert_near(logits[row, mask], reference(tiny, **alone).logits[0])
        assert not logits[row, ~mask].any()


def test_a_cache_that_is_cropped_reordered_and_repeated(
    model: KTModelForCausalLM, tiny: Tiny
) -> None:
    other = TOKENS.flip(1)
    cache = model(torch.cat([TOKENS[:, :20], other[:, :20]])).cache
    assert isinstance(cache, TokenCache)
    cache.crop(-5)
    assert (cache.get_seq_length(), cache.batch_size) == (15, 2)
    cache.reorder_cache(torch.tensor([1, 0]))
    cache.batch_repeat_interleave(2)
    next_ids = TOKENS[:, 30:34].expand(4, -1)
    logits = model(next_ids, past_key_values=cache).logits
    for row, begun in enumerate([other, other, TOKENS, TOKENS]):
        tokens = torch.cat([begun[:, :15], next_ids[:1]], 1)
        assert_near(logits[row], reference(tiny, input_ids=tokens).logits[0, -4:])
    cache.reset()
    assert_near(model(TOKENS, cache=cache).logits, reference(tiny, input_ids=TOKENS).logits)


def test_the_loss_is_that_of_transformers(model: KTModelForCausalLM, tiny: Tiny) -> None:
    labels = TOKENS.clone()
    labels[:, :7] = -100
    loss = model(TOKENS, labels=labels).loss
    assert loss.item() == pytest.approx(
        reference(tiny, input_ids=TOKENS, labels=labels).loss.item(), rel=RELATIVE
    )


def test_chosen_columns(model: KTModelForCausalLM) -> None:
    every = model(TOKENS).logits
    assert_near(model(TOKENS, logits_to_keep=3).logits, every[:, -3:])
    assert_near(model(TOKENS, logits_to_keep=torch.tensor([5, -1])).logits, every[:, [5, 39]])


def test_others_may_use_the_engine_in_between(model: KTModelForCausalLM, tiny: Tiny) -> None:
    cache = model(TOKENS[:, :20]).cache
    model(TOKENS.flip(1))
    logits = model(TOKENS[:, 20:], cache=cache).logits
    assert_near(logits, reference(tiny, input_ids=TOKENS).logits[:, 20:])


HOLE = torch.tensor([[1, 0, 1, 1]])
REFUSED: dict[str, tuple[str, Any]] = {
    "embeddings": ("no embeddings", {"inputs_embeds": torch.zeros(1, 4, 8)}),
    "hidden states": ("hidden states", {"output_hidden_states": True}),
    "nothing": ("no input_ids", {"input_ids": None}),
    "no rows": ("not rows of tokens", {"input_ids": torch.zeros(4, dtype=torch.long)}),
    "a hole": ("hides tokens between", {"attention_mask": HOLE}),
    "a mask of four dimensions": ("has the shape", {"attention_mask": torch.ones(1, 1, 4, 4)}),
    "positions": ("in the place of 0", {"position_ids": torch.arange(4)[None] + 3}),
    "a strange token": ("no token 320", {"input_ids": torch.tensor([[320]])}),
    "too many": ("has room for", {"input_ids": TOKENS.repeat(1, 20)}),
    "another cache": ("cannot hold", {"cache": object()}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_engine_cannot_do_is_refused(model: KTModelForCausalLM, name: str) -> None:
    message, inputs = REFUSED[name]
    with pytest.raises(RequestError, match=message) as caught:
        model(**{"input_ids": TOKENS[:, :4]} | inputs)
    assert caught.value.hint


def test_it_is_not_saved_and_not_made_of_nothing(model: KTModelForCausalLM, tiny: Tiny) -> None:
    with pytest.raises(KTDeskError, match="cannot be saved") as caught:
        model.save_pretrained("anywhere")
    assert str(tiny.path) in caught.value.hint
    with pytest.raises(RequestError, match="No model is loaded"):
        KTModelForCausalLM(Engine(threads=1))
