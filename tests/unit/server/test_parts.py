# SPDX-License-Identifier: Apache-2.0
"""Keys, names, durations, calls, kept responses, metrics: each by itself."""

from __future__ import annotations

import asyncio
import json
import math
import os
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import fastjsonschema
import pytest

from ktdesk.errors import SettingsError
from ktdesk.runtime.request import NOTHING_DONE, Done, Token
from ktdesk.server.calls import as_call, call_schema, first_call_only
from ktdesk.server.failures import ApiError, dialect_of
from ktdesk.server.hosts import Hosts, is_loopback
from ktdesk.server.job import Item
from ktdesk.server.keys import Key, add_key, key_of, read_keys
from ktdesk.server.metrics import Metrics
from ktdesk.server.ollama.bodies import seconds_of
from ktdesk.server.openai.response_store import ResponseStore
from ktdesk.server.wire import json_bytes, sse
from ktdesk.text.messages import Message, Tool, ToolCall


def test_keys_are_kept_as_hashes_that_only_the_user_reads(tmp_path: Path) -> None:
    file = tmp_path / "home" / "keys.toml"
    assert read_keys(file) == ()
    name, first = add_key(file)
    _, second = add_key(file, "second")
    assert first != second
    text = file.read_text()
    assert first not in text
    assert second not in text
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys = read_keys(file)
    assert [key.name for key in keys] == [name, "second"]
    found = [key_of(keys, text) for text in (first, second, first[:-1], first + "x", "", "\ud800")]
    assert found == [*keys, None, None, None, None]


@pytest.mark.parametrize("name", ["second", "no spaces", "x" * 41, "a\nb", 'x"', "ü"])
def test_a_name_that_a_key_cannot_have(tmp_path: Path, name: str) -> None:
    file = tmp_path / "keys.toml"
    add_key(file, "second")
    before = file.read_bytes()
    with pytest.raises(SettingsError):
        add_key(file, name)
    assert file.read_bytes() == before


@pytest.mark.parametrize("text", ["key = 7", 'key = "abc"', "key", "[key]", "\xff"])
def test_a_file_of_keys_that_is_broken_lets_nobody_in(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="cannot be read"):
        read_keys(file)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may write all")
def test_a_file_of_keys_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SettingsError, match="could not be saved"):
        add_key(tmp_path / "keys.toml")


def test_all_keys_are_compared() -> None:
    assert key_of((), "x") is None
    assert key_of((Key("a", "0" * 64),), "x") is None


def test_names_of_the_server() -> None:
    hosts = Hosts(["Desk.Example"], [])
    for host in ("localhost.", "desk.EXAMPLE:80", "10.1.2.3:9", "[fe80::1]", "[::1]:8421"):
        assert hosts.is_known(host), host
    for host in ("a", "localhost:99999", "127.1", "0x7f.1", "[::1", "a@127.0.0.1"):
        assert not hosts.is_known(host), host


def test_pages() -> None:
    assert Hosts([], ["*"]).is_welcome("https://any.example", "localhost")
    some = Hosts([], ["https://one.example/"])
    assert some.is_welcome("https://ONE.example", "localhost:1")
    assert some.is_welcome("http://localhost:1", "localhost:1")
    for origin in ("http://localhost:2", "https://one.example:8443", "null", ""):
        assert not some.is_welcome(origin, "localhost:1")


def test_loopback() -> None:
    addresses = ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "192.168.1.1"]  # noqa: S104, RUF100
    assert [is_loopback(each) for each in addresses] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        (0, 0),
        (7.5, 7.5),
        (-3, -1),
        ("0", 0),
        ("10", 10),
        ("5m", 300),
        ("1h30m", 5400),
        ("250ms", 0.25),
        ("1.5h", 5400),
        ("-1", -1),
        ("-1m", -1),
        (1e308, -1),
        (math.nan, -1),
        ("9" * 5000, -1),
        ("999999999h", -1),
    ],
)
def test_durations(text: str | float | None, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "-", "m", "5 m", "5x", "h5", "--5m", "1e3"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ApiError):
        seconds_of(text)


TOOLS = [
    Tool("a", "", {"type": "object", "properties": {"x": {"$ref": "#/$defs/n"}}, "required": ["x"],
                   "$defs": {"n": {"type": "integer"}}}),
    Tool("b"),
]  # fmt: skip


def test_the_schema_of_a_call() -> None:
    only = fastjsonschema.compile(json.loads(call_schema(TOOLS, "a")))
    only({"name": "a", "arguments": {"x": 7}})
    for wrong in ({"name": "b", "arguments": {"x": 7}}, {"name": "a", "arguments": {"x": "7"}}):
        with pytest.raises(fastjsonschema.JsonSchemaException):
            only(wrong)
    for tools, name in (([], None), (TOOLS, "c"), (TOOLS, "")):
        with pytest.raises(ApiError):
            call_schema(tools, name)


def run(filtered: AsyncIterator[Item]) -> list[Item]:
    async def everything() -> list[Item]:
        return [item async for item in filtered]

    return asyncio.run(everything())


async def some(*items: Item) -> AsyncIterator[Item]:
    for item in items:
        yield item


DONE = Done("end", NOTHING_DONE)


def test_text_becomes_a_call() -> None:
    text = [Token(1, '{"name": "a", '), Token(2, '"arguments": {"x": "ü"}}')]
    thought = Token(3, "Hm", "reasoning")
    *rest, call, last = run(as_call(some(thought, *text, DONE)))
    assert rest == [thought, Token(1, ""), Token(2, "")]
    assert isinstance(call, ToolCall)
    assert (call.name, json.loads(call.arguments), last) == ("a", {"x": "ü"}, DONE)
    cut = run(as_call(some(text[0], DONE)))
    assert cut == [Token(1, ""), Token(None, '{"name": "a", '), DONE]


def test_what_comes_after_the_first_call_is_left_out() -> None:
    stopped: list[bool] = []
    first, second = ToolCall("a", "{}"), ToolCall("b", "{}")
    items = some(Token(1, "x"), first, Token(2, "y"), second, DONE)
    kept = run(first_call_only(items, lambda: stopped.append(True)))
    assert kept == [Token(1, "x"), first, DONE]
    assert stopped == [True]


def test_only_the_newest_responses_are_kept() -> None:
    store = ResponseStore(most_characters=100)
    for number in range(5):
        store.add("me", {"id": f"r{number}"}, [Message("user", "x" * 40)])
    for number in range(3):
        with pytest.raises(ApiError):
            store.get("me", f"r{number}")
    assert store.get("me", "r4").body == {"id": "r4"}
    with pytest.raises(ApiError):
        store.get("you", "r4")
    store.remove("me", "r4")
    store.add("me", {"id": "long"}, [Message("user", "x" * 101)])
    with pytest.raises(ApiError):
        store.get("me", "long")
    many = ResponseStore()
    for number in range(300):
        many.add("me", {"id": f"r{number}"}, [])
    with pytest.raises(ApiError):
        many.get("me", "r43")
    assert many.get("me", "r44")


def test_json_is_one_line_whatever_it_says() -> None:
    assert json_bytes({"a": "ü\n\ud800"}) == '{"a":"ü\\n?"}'.encode()
    assert sse({"a": 1}, "ping") == b'event: ping\ndata: {"a":1}\n\n'


def test_the_api_of_a_path() -> None:
    assert dialect_of("/api/chat", {}) == "ollama"
    assert dialect_of("/v1/messages/x", {}) == "anthropic"
    assert dialect_of("/v1/models", {b"anthropic-version": b"1"}) == "anthropic"
    assert dialect_of("/v1/models", {}) == "openai"


def test_metrics_are_in_prometheus_format() -> None:
    metrics = Metrics()
    metrics.count_request("openai", 200)
    metrics.count_answer(NOTHING_DONE)
    text = metrics.text({"ktdesk_now": ("What is now.", 3)})
    for line in text.splitlines():
        name, _, value = line.removeprefix("# HELP ").removeprefix("# TYPE ").partition(" ")
        assert name.startswith("ktdesk_")
        assert value
    assert text.endswith("ktdesk_now 3\n")
