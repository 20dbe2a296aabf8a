# SPDX-License-Identifier: Apache-2.0
"""What was read of a conversation is not read again: between chats, and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ktdesk.devices.cpu import CpuDevice
from ktdesk.engine import Engine
from ktdesk.errors import RequestError, SessionError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.request import Done, Options, Request, Token
from ktdesk.runtime.step import prefill
from ktdesk.text.messages import Message
from tests.loaded import loaded
from tests.tiny import Tiny, tiny_deepseek, tiny_llama
from tests.tiny.qwen3moe import tiny_qwen3moe

GREEDY = Options(temperature=0.0, max_tokens=40)
SYSTEM = Message("system", "be brief. " * 9)

# Rows of whole blocks, as a cache in q8_0 needs them.
MODELS: dict[str, Callable[[Path], Tiny]] = {
    "llama": lambda path: tiny_llama(path, head_size=32),
    "qwen3moe": lambda path: tiny_qwen3moe(path, head_size=32),
    "deepseek2": lambda path: tiny_deepseek(path, kv_lora_rank=64, qk_rope_head_dim=32),
}


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf").path


def tokens(engine: Engine, *contents: str, options: Options = GREEDY) -> tuple[list[int], Done]:
    """Return the tokens of an answer to a conversation, the user's message first."""
    roles = ("user", "assistant")
    turns = [Message(roles[i % 2], text) for i, text in enumerate(contents)]  # type: ignore[arg-type]
    request = Request(messages=(SYSTEM, *turns), options=options)
    *events, last = engine.generate(request)
    assert isinstance(last, Done), last
    return [e.id for e in events if isinstance(e, Token) and e.id is not None], last


def prompt_tokens(engine: Engine, *contents: str) -> int:
    one = Options(temperature=0, max_tokens=1)
    return tokens(engine, *contents, options=one)[1].stats.prompt_tokens


@pytest.mark.parametrize("kind", CacheType)
def test_after_a_restart_the_tokens_are_the_same(
    model: Path, kind: CacheType, tmp_path: Path
) -> None:
    """Also the rows behind them: the next turn is compared, too."""
    path = tmp_path / "chat.rows"
    first = loaded(model, cache_type=kind.value)
    tokens(first, "one")
    count = first.save_session(path)
    turns = (("one", "two", "three"), ("one", "two", "three", "x", "y"))
    expected = [tokens(first, *turn) for turn in turns]
    again = loaded(model, cache_type=kind.value)
    assert again.restore_session(path) == count
    for turn, (ids, done) in zip(turns, expected, strict=True):
        resumed, now = tokens(again, *turn)
        assert resumed == ids
        assert now.stats.cached_tokens == done.stats.cached_tokens > 60


def test_going_back_to_a_chat_reads_only_what_is_new(model: Path) -> None:
    alone, both = loaded(model), loaded(model)
    tokens(alone, "one" * 30)
    expected, stayed = tokens(alone, "one" * 30, "two", "three")
    _, first = tokens(both, "one" * 30)
    _, other = tokens(both, "another" * 20)
    assert other.stats.cached_tokens >= len(SYSTEM.content)  # the instructions are in common
    ids, back = tokens(both, "one" * 30, "two", "three")
    assert ids == expected
    assert back.stats.cached_tokens == stayed.stats.cached_tokens
    assert back.stats.cached_tokens >= first.stats.prompt_tokens - 3  # the mark of the answer


def test_without_memory_for_others_they_are_read_again(llama: Path) -> None:
    engine = loaded(llama, kept_bytes=0, parallel=1)
    tokens(engine, "one" * 30)
    _, other = tokens(engine, "another" * 20)
    _, back = tokens(engine, "one" * 30)
    assert back.stats.cached_tokens == other.stats.cached_tokens


def test_a_conversation_that_is_not_the_last_can_be_saved(llama: Path, tmp_path: Path) -> None:
    engine = loaded(llama)
    expected, first = tokens(engine, "one" * 30)
    tokens(engine, "another" * 20)
    request = Request(messages=(SYSTEM, Message("user", "one" * 30)))
    assert engine.save_session(tmp_path / "a", request) == first.stats.prompt_tokens
    again = loaded(llama)
    again.restore_session(tmp_path / "a")
    ids, done = tokens(again, "one" * 30)
    assert done.stats.cached_tokens == first.stats.prompt_tokens - 1
    assert ids == expected


def test_a_shorter_context_takes_what_fits(llama: Path, tmp_path: Path) -> None:
    engine = loaded(llama)
    tokens(engine, "one" * 60)
    engine.save_session(tmp_path / "a")
    assert loaded(llama, context_tokens=80).restore_session(tmp_path / "a") == 80


def test_a_session_of_another_model_or_cache_is_refused(llama: Path, tmp_path: Path) -> None:
    engine = loaded(llama)
    tokens(engine, "one")
    engine.save_session(tmp_path / "a")
    for other in (
        loaded(llama, cache_type="bf16"),
        loaded(tiny_llama(tmp_path / "tied.gguf", tied=True).path),
    ):
        expected, _ = tokens(other, "one")
        with pytest.raises(SessionError):
            other.restore_session(tmp_path / "a")
        assert tokens(other, "one")[0] == expected


def test_a_model_of_the_same_header_and_size_is_another(llama: Path, tmp_path: Path) -> None:
    engine = loaded(llama)
    tokens(engine, "one")
    engine.save_session(tmp_path / "a")
    data = bytearray(llama.read_bytes())
    data[-8:] = b"\0" * 8
    (tmp_path / "tuned.gguf").write_bytes(data)
    with pytest.raises(SessionError, match="another model"):
        loaded(tmp_path / "tuned.gguf").restore_session(tmp_path / "a")


def test_damage_in_the_rows_leaves_what_is_whole(llama: Path, tmp_path: Path) -> None:
    engine = loaded(llama)
    tokens(engine, "one" * 60)
    expected, _ = tokens(engine, "one" * 60, "two", "three")
    engine.save_session(tmp_path / "a")
    data = bytearray((tmp_path / "a").read_bytes())
    data[-100] ^= 1
    (tmp_path / "a").write_bytes(data)
    again = loaded(llama)
    with pytest.raises(SessionError, match="damaged"):
        again.restore_session(tmp_path / "a")
    ids, done = tokens(again, "one" * 60, "two", "three")
    assert done.stats.cached_tokens % 64 == 0
    assert ids == expected


def test_nothing_to_save_and_nothing_loaded(llama: Path, tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="nothing to save"):
        loaded(llama).save_session(tmp_path / "a")
    with pytest.raises(RequestError, match="No model"):
        Engine(threads=1).save_session(tmp_path / "a")


def test_the_end_of_the_context_stops_or_shifts(llama: Path) -> None:
    engine = loaded(llama, context_tokens=256)
    talk = ("one" * 12, "two" * 10, "three" * 4)
    _, done = tokens(engine, *talk, options=Options(temperature=0))
    if done.reason == "end":
        pytest.skip("the model ends by itself")
    assert (done.reason, done.stats.context_used) == ("context", 256)
    assert done.stats.dropped_messages == 0
    long = Options(temperature=0, context_full="shift", max_tokens=300)
    ids, shifted = tokens(engine, *talk, options=long)
    assert shifted.stats.dropped_messages == 2
    assert len(ids) > done.stats.generated_tokens


def test_after_a_shift_it_goes_on_as_if_there_had_been_no_more(llama: Path) -> None:
    """The rest is read again, so the logits are those of a conversation without the old turns."""
    engine = loaded(llama, context_tokens=256)
    talk = ("one" * 12, "two" * 10, "three" * 4)
    room = 256 - prompt_tokens(engine, *talk)
    options = Options(temperature=0, context_full="shift", max_tokens=room + 20)
    ids, done = tokens(engine, *talk, options=options)
    assert done.stats.dropped_messages == 2
    assert engine._model
    rest = engine._model.runner.encode(Request(messages=(SYSTEM, Message("user", talk[2]))))
    assert ids[room:] == likeliest(llama, rest + ids[:room], 20)


def likeliest(path: Path, before: list[int], count: int) -> list[int]:
    """Return the likeliest tokens after others, which are read at once."""
    parts = Resources(Checkpoint.open(path), CpuDevice(2), 512, CacheType.F16)
    model = build_model(parts, make_plan(parts, Placement.load("cpu_only")), lambda share: None)
    chosen = [int(prefill(model, before, 0)[0].argmax())]
    while len(chosen) < count:
        place = len(before) + len(chosen) - 1
        chosen.append(int(prefill(model, chosen[-1:], place)[0].argmax()))
    return chosen


def test_a_long_conversation_begins_shifted(llama: Path) -> None:
    engine = loaded(llama, context_tokens=256)
    talk = tuple("message" * 4 for _ in range(15))
    with pytest.raises(AssertionError, match="The prompt has"):
        tokens(engine, *talk)
    shift = Options(temperature=0, max_tokens=8, context_full="shift")
    _, done = tokens(engine, *talk, options=shift)
    assert done.stats.dropped_messages >= 6
    assert done.stats.context_used <= 256
    _, again = tokens(engine, *talk[:-1], "other words", options=shift)
    assert again.stats.dropped_messages == done.stats.dropped_messages
    assert again.stats.cached_tokens > 80
