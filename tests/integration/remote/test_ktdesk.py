# SPDX-License-Identifier: Apache-2.0
"""KTDesk asks KTDesk: a remote says what its model says where it is, in every way of asking."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ktdesk import log
from ktdesk.cli import main
from ktdesk.engine import Engine
from ktdesk.errors import RemoteError
from ktdesk.remote.any_engine import AnyEngine
from ktdesk.remote.remotes import as_model, read_remote, remotes
from ktdesk.runtime.request import Done, Message, Options, Request, Token
from ktdesk.server.keys import add_key, read_keys
from ktdesk.server.service import Service
from ktdesk.settings import ServerSettings, keys_file
from tests.integration.remote.conftest import answered, remote_file, text_of
from tests.integration.server.conftest import GREEDY, Served, running, serving
from tests.tiny import tiny_deepseek

HELLO = (Message("user", "hello"),)
At = Callable[..., AnyEngine]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_deepseek(tmp_path_factory.mktemp("remote") / "tiny-deepseek.gguf").path


@pytest.fixture
def served(tiny: Path) -> Iterator[Served]:
    with serving([tiny]) as served:
        yield served


@pytest.fixture
def alone(tiny: Path) -> Iterator[Engine]:
    engine = Engine(threads=1)
    engine.load(tiny)
    yield engine
    engine.unload()


@pytest.mark.parametrize(
    "asked", [{"messages": HELLO}, {"prompt": "The river"}], ids=["chat", "text"]
)
def test_answers_are_those_of_the_model_itself(
    at: At, served: Served, alone: Engine, asked: dict[str, object]
) -> None:
    request = Request(options=Options(temperature=0, max_tokens=20), **asked)
    events, done = answered(at(served.url), request)
    theirs, own = answered(alone, request)
    assert text_of(events) == text_of(theirs)
    assert done.reason == own.reason
    assert done.stats.generated_tokens == own.stats.generated_tokens
    assert done.stats.prompt_tokens == own.stats.prompt_tokens


def test_seeds_and_samplers_arrive(at: At, served: Served, alone: Engine) -> None:
    options = Options(temperature=1.5, top_k=9, min_p=0.01, seed=7, max_tokens=20)
    request = Request(messages=HELLO, options=options)
    events, _ = answered(at(served.url), request)
    assert text_of(events) == text_of(answered(alone, request)[0])


def test_json_of_a_schema(at: At, served: Served) -> None:
    schema = {"enum": ["spring", "winter"]}
    options = Options(json_schema=json.dumps(schema), temperature=0)
    events, done = answered(at(served.url), Request(messages=HELLO, options=options))
    assert json.loads(text_of(events)) in schema["enum"]
    assert done.reason == "end"


def test_cancelling_frees_the_place(at: At, served: Served) -> None:
    engine, request = at(served.url), Request(prompt="go on", options=Options(temperature=0))
    for event in engine.generate(request):
        if isinstance(event, Token):
            engine.cancel(request.id)
    assert isinstance(event, Done)
    assert event.reason == "cancelled"
    served.wait_until_idle()


def test_a_model_of_this_computer_takes_the_place_of_a_remote(
    at: At, served: Served, tiny: Path
) -> None:
    engine = at(served.url)
    assert engine.info is not None
    assert engine.info.address
    info = engine.load(tiny)
    assert engine.info is info
    assert engine.count_tokens("hello") > 1
    engine.load(read_remote(next(iter(remotes())).path).path)
    assert engine.info.address
    engine.unload()
    assert engine.info is None


def test_keys(at: At, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, key = add_key(keys_file(), "lab")
    with serving([tiny], keys=read_keys(keys_file())) as served:
        with pytest.raises(RemoteError, match="does not let this key in"):
            at(served.url)
        monkeypatch.setenv("KTDESK_KEY_LAB", key)
        answered(at(served.url), Request(messages=HELLO, options=Options(max_tokens=2)))


def test_a_server_passes_requests_on(served: Served, alone: Engine) -> None:
    """KTDesk before KTDesk: clients see one more model."""
    remote = read_remote(remote_file("lab", served.url))
    engine = AnyEngine(threads=1)

    def load(path: Path, progress: object) -> None:
        engine.load(path, progress=progress)

    front = Service(
        engine, lambda: [as_model(remote)], load, ServerSettings(port=0), lambda path: GREEDY
    )
    with running(front, engine) as in_front, in_front.client() as client:
        listed = client.get("/v1/models").json()["data"]
        body = {"model": "lab", "messages": [{"role": "user", "content": "hello"}]}
        answer = client.post("/v1/chat/completions", json={**body, "max_tokens": 12}).json()
        refused = client.post(
            "/v1/chat/completions", json={**body, "logprobs": True, "max_tokens": 2}
        )
    assert [model["id"] for model in listed] == ["lab"]
    request = Request(messages=HELLO, options=Options(temperature=0, max_tokens=12))
    events, done = answered(alone, request)
    assert answer["choices"][0]["message"]["content"] == text_of(events)
    assert answer["usage"]["completion_tokens"] == done.stats.generated_tokens
    assert refused.status_code == 400
    assert "cannot be asked for the chances" in refused.json()["error"]["message"]


@pytest.fixture
def ktdesk(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    yield run
    log.close()


def test_the_command_line(
    ktdesk: Callable[..., tuple[int, str, str]],
    served: Served,
    alone: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ktdesk.cli.run.piped_text", str)
    code, out, _ = ktdesk("remotes", "add", "lab", served.url, "--json")
    (row,) = json.loads(out)["remotes"]
    assert (code, row["name"], row["address"]) == (0, "lab", f"{served.url}/v1")
    code, out, err = ktdesk("remotes", "test", "lab")
    assert (code, out.strip()) == (0, "tiny-deepseek")
    assert "answers at" in err
    greedy = ("--temperature", "0", "--max-tokens", "12")
    request = Request(messages=HELLO, options=Options(temperature=0, max_tokens=12))
    expected = text_of(answered(alone, request)[0])
    for name in ("lab", "LAB", served.url):
        code, out, err = ktdesk("run", name, "hello", *greedy)
        assert (code, out) == (0, f"{expected}\n")
        assert f"computed at {served.url}/v1" in err
    code, out, _ = ktdesk("chat", "--prompt", "hello", "--json", *greedy)
    answer = json.loads(out)  # of the one that was used last
    assert (answer["text"], answer["model"]["address"]) == (expected, f"{served.url}/v1")
    assert ktdesk("remotes", "remove", "lab")[0] == 0
    code, _, err = ktdesk("run", "lab", "hello")
    assert code == 1
    assert "No model is called 'lab'" in err


def test_an_address_alone_is_kept(
    ktdesk: Callable[..., tuple[int, str, str]],
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ktdesk.cli.run.piped_text", str)
    code, _, err = ktdesk("run", served.url, "hello", "--max-tokens", "2")
    assert code == 0
    (remote,) = remotes()
    assert remote.name in err
    code, _, err = ktdesk("run", "http://", "hello")
    assert code == 1
    assert "no address of the web" in err


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("perplexity", "lab"), "another machine"),
        (("tokenize", "lab", "hello"), "another machine"),
        (("plan", "lab"), "another machine"),
        (("bench", "lab"), "another machine"),
    ],
)
def test_what_needs_the_model_here_says_so(
    ktdesk: Callable[..., tuple[int, str, str]],
    served: Served,
    command: tuple[str, ...],
    says: str,
) -> None:
    remote_file("lab", served.url)
    code, _, err = ktdesk(*command)
    assert code == 1, err
    assert says in err
