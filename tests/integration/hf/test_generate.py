# SPDX-License-Identifier: Apache-2.0
"""`generate` over the engine writes what `transformers` writes with the same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
    TextIteratorStreamer,
    pipeline,
    set_seed,
)

from ktdesk.hf import KTModelForCausalLM, KTTokenizer
from ktdesk.runtime.request import Done, Message, Options, Request, Token
from tests.integration.hf.conftest import BATCH, TEXT
from tests.tiny import Tiny

Ids = list[list[int]]


class Even(LogitsProcessor):
    """Lets only tokens with even numbers be chosen."""

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        scores = scores.clone()
        scores[:, 1::2] = -torch.inf
        return scores


class FiveMore(StoppingCriteria):
    """Ends after five tokens."""

    def __init__(self, prompt: int) -> None:
        self._end = prompt + 5

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        return torch.full((len(input_ids),), input_ids.shape[1] >= self._end)


def both(model: KTModelForCausalLM, tiny: Tiny, inputs: Any, **how: Any) -> tuple[Ids, Ids]:
    """Return what both write, with the same seed."""
    how = {"max_new_tokens": 24, "do_sample": False} | how
    ends = {
        "eos_token_id": model.generation_config.eos_token_id,
        "pad_token_id": model.generation_config.pad_token_id,
    }
    set_seed(5)
    ours = model.generate(**inputs, **how)
    set_seed(5)
    theirs = tiny.reference.generate(**inputs, **how, **ends)
    return ours.tolist(), theirs.tolist()


WAYS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "sampling": {"do_sample": True, "temperature": 0.8, "top_k": 30, "top_p": 0.9},
    "several samples": {"do_sample": True, "num_return_sequences": 3},
    "beams": {"num_beams": 4, "num_return_sequences": 2},
    "sampled beams": {"num_beams": 3, "do_sample": True},
    "without a cache": {"use_cache": False, "max_new_tokens": 6},
    "in chunks": {"prefill_chunk_size": 7},
    "penalties": {"repetition_penalty": 1.3, "no_repeat_ngram_size": 3},
    "a processor": {"logits_processor": LogitsProcessorList([Even()])},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_batch_is_continued_as_transformers_does(
    model: KTModelForCausalLM, tokenizer: KTTokenizer, tiny: Tiny, way: str
) -> None:
    inputs = tokenizer(BATCH, return_tensors="pt", padding=True)
    ours, theirs = both(model, tiny, inputs, **WAYS[way])
    assert ours == theirs


def test_guessed_tokens_are_taken_back(
    model: KTModelForCausalLM, tokenizer: KTTokenizer, tiny: Tiny
) -> None:
    inputs = tokenizer(TEXT * 2, return_tensors="pt")
    plain, _ = both(model, tiny, inputs)
    guessed, theirs = both(model, tiny, inputs, prompt_lookup_num_tokens=4)
    assert guessed == theirs == plain


def test_stopping_criteria(model: KTModelForCausalLM, tokenizer: KTTokenizer, tiny: Tiny) -> None:
    inputs = tokenizer(TEXT, return_tensors="pt")
    criteria = StoppingCriteriaList([FiveMore(inputs.input_ids.shape[1])])
    ours, theirs = both(model, tiny, inputs, stopping_criteria=criteria)
    assert ours == theirs
    assert len(ours[0]) == inputs.input_ids.shape[1] + 5


def test_the_cache_goes_on(model: KTModelForCausalLM, tokenizer: KTTokenizer) -> None:
    inputs = tokenizer(TEXT, return_tensors="pt")
    whole = model.generate(**inputs, max_new_tokens=20, do_sample=False)
    begun = model.generate(
        **inputs, max_new_tokens=8, do_sample=False, return_dict_in_generate=True
    )
    rest = model.generate(begun.sequences, cache=begun.cache, max_new_tokens=12, do_sample=False)
    assert rest.tolist() == whole.tolist()


def test_a_streamer_gets_the_text(model: KTModelForCausalLM, tokenizer: KTTokenizer) -> None:
    inputs = tokenizer(TEXT, return_tensors="pt")
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
    ids = model.generate(**inputs, max_new_tokens=12, do_sample=False, streamer=streamer)
    assert "".join(streamer) == tokenizer.decode(ids[0, inputs.input_ids.shape[1] :])


def test_greedy_text_is_the_engines(model: KTModelForCausalLM, tokenizer: KTTokenizer) -> None:
    request = Request(prompt=TEXT, options=Options(temperature=0, max_tokens=30))
    *events, done = model.engine.generate(request)
    assert isinstance(done, Done)
    answer = [event.id for event in events if isinstance(event, Token) and event.id is not None]
    inputs = tokenizer(TEXT, return_tensors="pt")
    ids = model.generate(**inputs, max_new_tokens=len(answer), do_sample=False)
    assert ids[0, inputs.input_ids.shape[1] :].tolist() == answer


def test_pipelines_chat_as_the_engine_does(
    model: KTModelForCausalLM, tokenizer: KTTokenizer
) -> None:
    write = pipeline("text-generation", model=model, tokenizer=tokenizer)
    how = {"max_new_tokens": 16, "do_sample": False}
    ((first,), *_) = write([TEXT], **how, return_full_text=False)
    request = Request(prompt=TEXT, options=Options(temperature=0, max_tokens=16))
    assert first["generated_text"] == text_of(model, request)
    chat = [{"role": "user", "content": "hello"}]
    (answer,) = write(chat, **how)
    request = Request(
        messages=(Message("user", "hello"),), options=Options(temperature=0, max_tokens=16)
    )
    assert answer["generated_text"][-1] == {
        "role": "assistant",
        "content": text_of(model, request),
    }


def text_of(model: KTModelForCausalLM, request: Request) -> str:
    return "".join(e.text for e in model.engine.generate(request) if isinstance(e, Token))
