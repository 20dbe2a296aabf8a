# SPDX-License-Identifier: Apache-2.0
"""What goes wrong at an endpoint, or on the way to it, is said in words."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from ktdesk.errors import RemoteError
from ktdesk.remote.any_engine import AnyEngine
from ktdesk.remote.remotes import new_remote, read_remote, remotes
from ktdesk.runtime.request import Message, Request
from ktdesk.settings import remotes_folder
from tests.integration.remote.conftest import answered, failed, remote_file
from tests.integration.remote.fake_endpoint import Fake, chunk, end

REQUEST = Request(messages=(Message("user", "hello"),))
At = Callable[..., AnyEngine]

TOO_LONG = b'{"error": {"message": "This model has 4096 tokens of context."}}'
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "no key": (
        "does not let this key in, or wants one.*go away",
        {
            "status": 401,
            "content_type": "application/json",
            "answer": [b'{"detail": "go away"}'],
        },
    ),
    "no model": ("does not have this model", {"status": 404, "answer": [b'{"message": "no"}']}),
    "too long": ("refuses.*This model has 4096", {"status": 400, "answer": [TOO_LONG]}),
    "too much": ("too much to do \\(429", {"status": 429, "headers": {"Retry-After": "7"}}),
    "a fault": ("has a fault \\(500\\).*Oops", {"status": 500, "answer": [b'{"error": "Oops"}']}),
    "a page": ("text/html", {"content_type": "text/html", "answer": [b"<h1>Sign in</h1>"]}),
    "no stream": ("application/json", {"content_type": "application/json", "answer": [b"{}"]}),
    "no JSON": ("piece of its answer cannot be read", {"answer": [b"data: {oops\n\n"]}),
    "no object": ("piece of its answer cannot be read", {"answer": [b"data: [1]\n\n"]}),
    "odd types": ("piece of its answer", {"answer": [chunk({"content": 5}), end()]}),
    "odd choices": ("piece of its answer", {"answer": [b'data: {"choices": 7}\n\n', end()]}),
    "an error within": (
        "has failed: out of memory",
        {
            "answer": [
                chunk({"content": "a"}),
                b'data: {"error": {"message": "out of memory"}}\n\n',
            ],
        },
    ),
    "a cut": ("broken off", {"answer": [chunk({"content": "a"})], "cuts": True}),
    "an early end": ("broken off", {"answer": [chunk({"content": "a"})]}),
    "nothing": ("broken off", {"answer": []}),
    "an end that is none": ("broken off", {"answer": [b"data: [DONE]\n\n"]}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_goes_wrong(at: At, fake: Fake, name: str) -> None:
    message, answer = ANSWERS[name]
    engine = at(fake.address)
    for key, value in answer.items():
        setattr(fake, key, value)
    error = failed(engine, REQUEST).error
    assert isinstance(error, RemoteError)
    with pytest.raises(RemoteError, match=message):
        raise error
    assert "lab" in str(error)
    for key, value in {"status": 200, "content_type": Fake().content_type, "cuts": False}.items():
        setattr(fake, key, value)
    fake.answer = [chunk({"content": "again"}), end()]
    answered(engine, REQUEST)


LISTS: dict[str, tuple[str, Any]] = {
    "a page": ("not the JSON", "<h1>Sign in</h1>"),
    "no list": ("list of models is none", {"data": 3}),
    "no entries": ("not the JSON", {"data": [3]}),
    "no models": ("has 0 models", {"data": []}),
    "several models": ("has 2 models.*Known: a, b", {"data": [{"id": "a"}, {"id": "b"}]}),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_models_that_is_none(engine: AnyEngine, fake: Fake, name: str) -> None:
    message, fake.models = LISTS[name]
    with pytest.raises(RemoteError, match=message) as caught:
        engine.load(remote_file("lab", fake.address))
    assert caught.value.hint
    assert engine.info is None


def test_a_model_that_it_does_not_have(at: At, fake: Fake) -> None:
    with pytest.raises(RemoteError, match="no model 'larg'"):
        at(fake.address, model="larg")


def test_nobody_is_there(at: At) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(RemoteError, match="is not reached: it lets nobody connect") as caught:
        at(f"http://127.0.0.1:{port}")
    assert "Does its server run" in caught.value.hint


def test_keys_go_to_the_endpoint(at: At, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KTDESK_KEY_LAB", "secret")
    at(fake.address)
    assert fake.keys == ["Bearer secret"]
    fake.status = 401
    with pytest.raises(RemoteError, match="does not let this key in") as caught:
        at(fake.address)
    assert "secret" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("http://lab:8000", "http://lab:8000/v1"),
        ("http://lab:8000/", "http://lab:8000/v1"),
        ("https://lab/v1/", "https://lab/v1"),
        ("http://lab/openai/v1/chat/completions", "http://lab/openai/v1"),
    ],
)
def test_addresses_are_made_whole(address: str, whole: str) -> None:
    assert new_remote("lab", address).address == whole


@pytest.mark.parametrize(
    "address",
    [
        "lab",
        "ftp://lab",
        "http://",
        "http://a b/",
        "http://lab/v1?key=secret",
        "http://me:secret@lab",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(RemoteError) as caught:
        new_remote("lab", address)
    assert "secret" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a b", "x" * 70])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(RemoteError, match="cannot be called"):
        new_remote(name, "http://lab")


@pytest.mark.parametrize(
    "text", ["", "address = 3", "address = 'http://a'\nplain = 'no'", "what = 1", "\xff", "x ="]
)
def test_a_file_that_is_none(engine: AnyEngine, text: str) -> None:
    good = remote_file("good", "http://lab")
    bad = remotes_folder() / "bad.remote"
    bad.write_bytes(text.encode("latin-1"))
    with pytest.raises(RemoteError) as caught:
        engine.load(bad)
    assert caught.value.hint
    assert list(remotes()) == [read_remote(good)]
