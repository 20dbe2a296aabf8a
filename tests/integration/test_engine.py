# SPDX-License-Identifier: Apache-2.0
"""The engine as its callers see it: load, generate, cancel, unload, and what it says."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import gguf
import pytest

import ktdesk.models.build as model_build
import ktdesk.runtime.loading as loading
from ktdesk.engine import Engine, LoadProgress
from ktdesk.errors import (
    Cancelled,
    KTDeskError,
    MemoryShortage,
    ModelFileError,
    PlacementError,
    RequestError,
    TemplateError,
)
from ktdesk.runtime.request import (
    Done,
    Failed,
    Message,
    Options,
    Prefill,
    Request,
    Token,
)
from ktdesk.runtime.sampler import Sampler
from ktdesk.text.messages import Tool, ToolCall
from tests.tiny import add_tokenizer, tiny_deepseek, tiny_llama

GREEDY = Options(temperature=0.0, max_tokens=12)
HELLO = (Message("user", "hello"),)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_deepseek(tmp_path_factory.mktemp("engine") / "model.gguf").path


@pytest.fixture
def engine(model: Path) -> Iterator[Engine]:
    engine = Engine(threads=2)
    engine.load(model)
    yield engine
    engine.unload()


def answer(engine: Engine, request: Request) -> tuple[str, Done]:
    *events, last = engine.generate(request)
    assert isinstance(last, Done), last
    return "".join(e.text for e in events if isinstance(e, Token)), last


def failure(engine: Engine, request: Request) -> KTDeskError:
    *_, last = engine.generate(request)
    assert isinstance(last, Failed), last
    assert last.error.hint
    return last.error


def test_loading_reports_progress_and_says_what_was_loaded(model: Path) -> None:
    engine, seen = Engine(threads=1), list[LoadProgress]()
    info = engine.load(model, progress=seen.append)
    fractions = [p.fraction for p in seen]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    read = [p for p in seen if p.stage == "Reading the weights"]
    total = sum(tensor.n_bytes for tensor in gguf.GGUFReader(model).tensors)
    assert {p.total_bytes for p in read} == {total}
    done = [p.done_bytes for p in read]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, total)
    assert (info.architecture, info.experts, info.experts_used) == ("deepseek2", 8, 3)
    assert (info.weight_types, info.context_tokens, info.placement) == ("F32", 512, "cpu_only")
    assert engine.info is info
    engine.unload()
    assert engine.info is None


def test_events_come_in_order_and_count_right(engine: Engine) -> None:
    events = list(engine.generate(Request(messages=HELLO, options=GREEDY)))
    kinds = [kind for kind, _ in itertools.groupby(type(e) for e in events)]
    assert kinds == [Prefill, Token, Done]
    last = events[-1]
    assert isinstance(last, Done)
    assert last.stats.generated_tokens == sum(isinstance(e, Token) for e in events)
    prefills = [e for e in events if isinstance(e, Prefill)]
    assert prefills[-1].done_tokens == prefills[-1].total_tokens == last.stats.prompt_tokens
    assert last.stats.context_used == last.stats.prompt_tokens + last.stats.generated_tokens


def test_progress_moves_while_a_chunk_is_read(engine: Engine) -> None:
    request = Request(prompt="hello " * 60, options=GREEDY)
    seen = [e.done_tokens for e in engine.generate(request) if isinstance(e, Prefill)]
    assert seen == sorted(seen)
    assert len(set(seen)) > 4, "one chunk has two halves of each layer"


def test_the_next_turn_reads_only_what_is_new_and_answers_the_same(model: Path) -> None:
    warm, cold = Engine(threads=2), Engine(threads=2)
    warm.load(model)
    cold.load(model)
    text, first = answer(warm, Request(messages=HELLO, options=GREEDY))
    turn = (*HELLO, Message("assistant", text), Message("user", "and then?"))
    request = Request(messages=turn, options=GREEDY)
    warm_text, again = answer(warm, request)
    cold_text, _ = answer(cold, request)
    assert again.stats.cached_tokens >= first.stats.prompt_tokens - 3  # the mark of the answer
    assert warm_text == cold_text


def test_max_tokens_and_the_end_of_the_context_stop(engine: Engine, model: Path) -> None:
    _, done = answer(engine, Request(prompt="hello", options=GREEDY))
    assert done.reason in ("length", "end")
    assert done.stats.generated_tokens <= 12
    engine.load(model, context_tokens=16)
    _, done = answer(engine, Request(prompt="hello", options=Options(temperature=0.0)))
    assert done.stats.context_used <= 16


def test_a_stop_string_ends_the_answer(engine: Engine) -> None:
    text, _ = answer(engine, Request(prompt="hello", options=GREEDY))
    assert len(text) > 2
    stop = Options(temperature=0.0, max_tokens=12, stop=(text[2],))
    cut, done = answer(engine, Request(prompt="hello", options=stop))
    assert (cut, done.reason) == (text[: text.index(text[2])], "stop")


def test_cancelling_while_it_generates_keeps_what_is_there(engine: Engine) -> None:
    request = Request(prompt="hello", options=Options(temperature=0.0))
    events = engine.generate(request)
    tokens = 0
    for event in events:
        tokens += isinstance(event, Token)
        if tokens == 3:
            engine.cancel(request.id)
        last = event
    assert isinstance(last, Done)
    assert (last.reason, last.stats.generated_tokens) == ("cancelled", tokens)


def test_cancelling_in_the_prompt_ends_between_two_layers(engine: Engine) -> None:
    request = Request(prompt="hello " * 60)
    events = engine.generate(request)
    assert isinstance(next(events), Prefill)
    engine.cancel(request.id)
    (last,) = events
    assert isinstance(last, Done)
    assert (last.reason, last.stats.generated_tokens) == ("cancelled", 0)
    text, _ = answer(engine, Request(prompt="hello", options=GREEDY))
    assert text  # the cache is whole


def test_requests_from_many_threads_are_served_one_after_another(engine: Engine) -> None:
    expected, _ = answer(engine, Request(prompt="hello", options=GREEDY))
    texts: list[str] = []

    def ask() -> None:
        texts.append(answer(engine, Request(prompt="hello", options=GREEDY))[0])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert texts == [expected] * 6


def test_loading_can_be_cancelled_and_leaves_nothing_loaded(model: Path) -> None:
    engine = Engine(threads=1)
    engine.load(model)
    with pytest.raises(Cancelled):
        engine.load(model, progress=lambda p: engine.cancel_load() if p.fraction > 0 else None)
    assert engine.info is None
    assert engine.load(model)


def test_unloading_lets_go_of_the_file_and_the_memory(model: Path) -> None:
    engine = Engine(threads=2)
    engine.load(model)
    answer(engine, Request(prompt="hello", options=GREEDY))
    engine.unload()
    maps = Path("/proc/self/maps")
    if maps.exists():
        assert str(model) not in maps.read_text()
    elsewhere = model.with_name("moved.gguf")
    model.rename(elsewhere)  # Windows refuses this while a mapping is open
    elsewhere.rename(model)


def test_the_same_seed_gives_the_same_answer(engine: Engine) -> None:
    options = Options(temperature=1.5, seed=11, max_tokens=20)
    texts = {answer(engine, Request(prompt="hello", options=options))[0] for _ in range(2)}
    assert len(texts) == 1


def test_a_prompt_longer_than_the_context(engine: Engine) -> None:
    error = failure(engine, Request(prompt="x" * 600))
    assert isinstance(error, RequestError)
    assert "512" in str(error)


def test_an_empty_prompt_and_a_wrong_option(engine: Engine) -> None:
    assert "empty" in str(failure(engine, Request(prompt="")))
    assert "temperature" in str(
        failure(engine, Request(prompt="x", options=Options(temperature=-1)))
    )


def test_generating_without_a_model() -> None:
    assert "No model" in str(failure(Engine(threads=1), Request(prompt="hello")))


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{% if %}", "cannot be read"),
    ],
)
def test_a_template_that_fails(tmp_path: Path, template: str, message: str) -> None:
    path = with_changes(tmp_path, template=template)
    engine = Engine(threads=1)
    engine.load(path)
    error = failure(engine, Request(messages=HELLO))
    assert isinstance(error, TemplateError)
    assert message in str(error)
    assert answer(engine, Request(prompt="hello", options=GREEDY))  # raw prompts still work


def test_a_file_may_have_a_template_for_tools(tmp_path: Path) -> None:
    for_tools = "{{ raise_exception('no ' ~ tools[0].function.name) }}"
    templates = [
        {"name": "default", "template": "{{ messages[0].content }}"},
        {"name": "tool_use", "template": for_tools},
    ]
    engine = Engine(threads=1)
    engine.load(with_changes(tmp_path, template=templates))
    assert answer(engine, Request(messages=HELLO, options=GREEDY))
    error = failure(engine, Request(messages=HELLO, tools=(Tool("search"),)))
    assert "no search" in str(error)


def test_reasoning_and_calls_are_events_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(threads=1)
    engine.load(with_changes(tmp_path, template="hello{# <think></think><tool_call> #}"))
    model = engine._model
    assert model
    reply = '<think>Hm</think>I look.<tool_call>{"name": "search"}</tool_call>'
    script = iter(model.runner._tokenizer.encode(reply))
    end = min(model.runner._tokenizer.end_ids)

    monkeypatch.setattr(Sampler, "sample", lambda *seen: next(script, end))
    request = Request(messages=HELLO, tools=(Tool("search"),))
    *events, last = engine.generate(request)
    said = [(e.channel, e.text) for e in events if isinstance(e, Token) and e.text]
    channels = [
        (channel, "".join(text for _, text in texts))
        for channel, texts in itertools.groupby(said, lambda pair: pair[0])
    ]
    assert channels == [("reasoning", "Hm"), ("answer", "I look.")]
    calls = [event for event in events if isinstance(event, ToolCall)]
    assert [(call.name, call.arguments) for call in calls] == [("search", "{}")]
    assert isinstance(last, Done)
    ids = [event.id for event in events if isinstance(event, Token) and event.id is not None]
    assert len(ids) == last.stats.generated_tokens == len(reply)


def with_changes(folder: Path, *, template: str | list[dict[str, str]]) -> Path:
    """Return a copy of a small Llama with another chat template."""
    source = gguf.GGUFReader(tiny_llama(folder / "source.gguf").path)
    path = folder / "changed.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    for key, field in source.fields.items():
        if key.startswith("llama."):
            writer.add_key_value(key, field.contents(), field.types[0])
    add_tokenizer(writer, template=template)
    for tensor in source.tensors:
        writer.add_tensor(tensor.name, tensor.data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_too_little_memory_is_said_before_anything_is_loaded(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_build, "available_memory_bytes", lambda: 1000)
    with pytest.raises(MemoryShortage, match=r"1\.0 kB are available") as caught:
        Engine(threads=1).load(model)
    assert "context" in caught.value.hint


@pytest.mark.logs("more than the memory that is free")
def test_a_model_larger_than_the_memory_answers_the_same(
    engine: Engine, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.load(model, weights="mapped")
    expected, _ = answer(engine, Request(messages=HELLO, options=GREEDY))
    monkeypatch.setattr(loading, "available_memory_bytes", lambda: 0)
    engine.load(model, weights="mapped")
    assert answer(engine, Request(messages=HELLO, options=GREEDY))[0] == expected


def test_a_context_that_the_model_was_not_made_for(model: Path) -> None:
    with pytest.raises(RequestError, match="1 to 512"):
        Engine(threads=1).load(model, context_tokens=513)


def test_a_placement_that_does_not_exist(model: Path) -> None:
    with pytest.raises(PlacementError, match="no placement called"):
        Engine(threads=1).load(model, placement="gpu")


def small_file(path: Path, architecture: str, tensors: dict[str, list[int]]) -> Path:
    """Write a file of one layer that may lack, or have, anything."""
    import numpy as np

    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(32)
    writer.add_head_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    add_tokenizer(writer)
    for name, shape in tensors.items():
        writer.add_tensor(name, np.ones(shape, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


WHOLE = {
    "token_embd.weight": [320, 32],
    "output_norm.weight": [32],
    "blk.0.attn_norm.weight": [32],
    "blk.0.ffn_norm.weight": [32],
    **{f"blk.0.attn_{n}.weight": [32, 32] for n in ("q", "k", "v", "output")},
    **{f"blk.0.ffn_{n}.weight": [32, 32] for n in ("gate", "up", "down")},
}


def test_a_whole_small_file_loads(tmp_path: Path) -> None:
    assert Engine(threads=1).load(small_file(tmp_path / "m.gguf", "llama", WHOLE))


@pytest.mark.parametrize(
    ("architecture", "changes", "message"),
    [
        ("mamba7", {}, "does not know the architecture 'mamba7'.*how they work together"),
        ("mamba7", {"blk.0.ssm_a": [32]}, "'mamba7'.*Missing are its parts ssm_a"),
        ("llama", {"blk.0.attn_q.weight": None}, "blk.0.attn_q.weight"),
        ("llama", {"blk.0.attn_q.weight": [32, 16]}, r"shape \[32, 16\]"),
        ("llama", {"blk.0.attn_sinks.weight": [4]}, "does not use, blk.0.attn_sinks.weight"),
        ("deepseek2", {}, "deepseek2"),
    ],
)
def test_a_file_that_is_not_what_it_claims(
    tmp_path: Path, architecture: str, changes: dict[str, list[int] | None], message: str
) -> None:
    tensors = {k: v for k, v in (WHOLE | changes).items() if v}
    path = small_file(tmp_path / "m.gguf", architecture, tensors)
    with pytest.raises(ModelFileError, match=message) as caught:
        Engine(threads=1).load(path)
    assert caught.value.hint
