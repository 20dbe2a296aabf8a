# SPDX-License-Identifier: Apache-2.0
"""The API of the page: chats in the window's store, answers that outlive pages, who comes in."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ktdesk.chats import open_chats
from ktdesk.runtime.request import Message
from ktdesk.server.keys import add_key, read_keys
from ktdesk.settings import SamplingSettings, ServerSettings
from tests.integration.server.conftest import Served, answer, serving, wait_until
from tests.integration.server.test_places import Hold

MODEL = "tiny-deepseek"
SHORT = SamplingSettings(temperature=0.0, max_tokens=8)


@pytest.fixture
def served(tiny: Path) -> Iterator[Served]:
    with serving([tiny], sampling=SHORT) as served:
        yield served


@pytest.fixture
def http(served: Served) -> Iterator[httpx.Client]:
    with served.client() as http:
        yield http


def ask(http: httpx.Client, text: str = "hello", chat: int | None = None, **more) -> dict:
    done = http.post("/web/questions", json={"chat": chat, "model": MODEL, "text": text, **more})
    assert done.status_code == 200, done.text
    return done.json()


def shown(http: httpx.Client, chat: int) -> list[dict]:
    return http.get(f"/web/chats/{chat}").json()["messages"]


def ended(http: httpx.Client, chat: int) -> list[dict]:
    """Return the messages once no answer is being written."""

    def is_so() -> bool:
        return all(message["status"] != "growing" for message in shown(http, chat))

    wait_until(is_so)
    return shown(http, chat)


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


@contextmanager
def page(served: Served, chat: int) -> Iterator[Iterator[tuple[str, dict]]]:
    with (
        served.client() as http,
        http.stream("GET", "/web/events", params={"chat": chat}) as response,
    ):
        yield events(response.iter_lines())


def test_an_answer_is_the_engines_and_lies_in_the_windows_store(http, alone) -> None:
    begun = ask(http, "What is **this**?")
    question, reply = ended(http, begun["chat"])
    expected = answer(alone, Message("user", "What is **this**?"), max_tokens=8)
    assert (question["text"], reply["text"]) == ("What is **this**?", expected)
    assert reply["status"] == "done"
    assert reply["stats"]["generated_tokens"] == 8
    with open_chats() as store:
        (chat,) = store.chats.all()
        assert chat.title == "What is this?"
        stored = [store.messages.get(id_) for id_ in store.messages.path(chat.id)]
        assert [each.content for each in stored if each] == ["What is **this**?", expected]
    ask(http, "And then?", begun["chat"])
    said = (Message("user", "What is **this**?"), Message("assistant", expected))
    second = answer(alone, *said, Message("user", "And then?"), max_tokens=8)
    assert ended(http, begun["chat"])[-1]["text"] == second


def test_versions(http) -> None:
    chat = ask(http, "one")["chat"]
    question, first = ended(http, chat)
    http.post(f"/web/messages/{question['id']}/again", json={"model": MODEL})
    _, second = ended(http, chat)
    assert second["versions"] == [first["id"], second["id"]]
    edit = {"model": MODEL, "text": "two"}
    http.post(f"/web/messages/{question['id']}/edit", json=edit)
    edited, third = ended(http, chat)
    assert (edited["text"], third["versions"]) == ("two", [third["id"]])
    assert edited["versions"] == [question["id"], edited["id"]]
    http.post(f"/web/messages/{question['id']}/choose")
    assert [each["id"] for each in shown(http, chat)] == [question["id"], second["id"]]


def test_rename_search_delete_and_undo(http) -> None:
    first, second = ask(http, "about whales")["chat"], ask(http, "about tea")["chat"]
    ended(http, first), ended(http, second)
    http.patch(f"/web/chats/{first}", json={"title": " My  chat "})
    titles = {chat["id"]: chat["title"] for chat in http.get("/web/chats").json()}
    assert titles == {first: "My chat", second: "about tea"}
    (hit,) = http.get("/web/search", params={"words": "whales"}).json()
    assert (hit["id"], "whales" in hit["snippet"]) == (first, True)
    http.patch(f"/web/chats/{first}", json={"is_deleted": True})
    assert [chat["id"] for chat in http.get("/web/chats").json()] == [second]
    http.patch(f"/web/chats/{first}", json={"is_deleted": False})
    assert {chat["id"] for chat in http.get("/web/chats").json()} == {first, second}


def test_files_go_with_a_question_and_stay_when_it_is_edited(http) -> None:
    data = base64.b64encode("print('你好')\r\n".encode("gb18030")).decode()
    files = [{"name": "../../up\\a:b.py", "data": data}]
    chat = ask(http, "explain", files=files)["chat"]
    question, _ = ended(http, chat)
    assert (question["files"], question["text"]) == (["a_b.py"], "explain")
    edit = {"model": MODEL, "text": "shorter"}
    http.post(f"/web/messages/{question['id']}/edit", json=edit)
    assert ended(http, chat)[0]["files"] == ["a_b.py"]
    with open_chats() as store:
        (stored,) = store.messages.load([ended(http, chat)[0]["id"]]).values()
    assert "```python\nprint('你好')\n\n```" in stored.content
    for bad in ({"name": "x", "data": "%"}, {"name": "x.bin", "data": "AAAA"}):
        body = {"model": MODEL, "text": "x", "files": [bad]}
        assert http.post("/web/questions", json=body).status_code == 400
    assert len(http.get("/web/chats").json()) == 1


def test_a_page_that_comes_in_mid_answer_sees_all_of_it(
    served: Served, http, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Hold(monkeypatch, 3)
    chat = ask(http)["chat"]
    wait_until(lambda: hold.chosen == 3)
    with page(served, chat) as first, page(served, chat) as second:
        for told in (first, second):
            seen = next(data for name, data in told if name == "answer" and data["html"]["pieces"])
            assert seen["html"]["from"] == 0
            assert seen["stage"] == "writing"
        refused = http.post("/web/questions", json={"chat": chat, "model": MODEL, "text": "x"})
        assert refused.status_code == 409
        hold.go.set()
        for told in (first, second):
            assert any(name == "changed" for name, _ in told)
    _, reply = ended(http, chat)
    assert reply["stats"]["generated_tokens"] == 8


def test_stop_keeps_what_there_is(served: Served, http, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = Hold(monkeypatch, 3)
    chat = ask(http)["chat"]
    wait_until(lambda: hold.chosen == 3)
    http.post(f"/web/chats/{chat}/stop")
    hold.go.set()
    _, reply = ended(http, chat)
    assert reply["status"] == "stopped"
    assert 1 <= len(reply["text"]) <= 8
    served.wait_until_idle()


def test_the_end_of_the_server_keeps_what_there_is(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Hold(monkeypatch, 3)
    with serving([tiny]) as served, served.client() as http:
        chat = ask(http)["chat"]
        wait_until(lambda: hold.chosen == 3)
        threading.Timer(0.2, hold.go.set).start()
    with open_chats() as store:
        (_, reply) = store.messages.load(store.messages.path(chat)).values()
    assert reply.status == "stopped"
    assert reply.content


def test_what_another_program_writes_is_seen(served: Served, http) -> None:
    assert http.get("/web/chats").json() == []
    with page(served, 0) as told, open_chats() as window:
        next(told)
        window.chats.new("from the window")
        assert next(told)[0] == "changed"
    assert [chat["title"] for chat in http.get("/web/chats").json()] == ["from the window"]


def test_an_answer_that_fails_says_why(tiny: Path, tmp_path: Path) -> None:
    broken = tmp_path / f"{MODEL}.gguf"
    broken.write_bytes(tiny.read_bytes())
    with serving([broken]) as served, served.client() as http:
        broken.write_bytes(tiny.read_bytes()[:5000])
        chat = ask(http)["chat"]
        _, reply = ended(http, chat)
        assert reply["status"] == "error"
        assert reply["error"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/web/chats/99", None, 404),
        ("GET", "/web/chats/0", None, 400),
        ("GET", f"/web/chats/{1 << 70}", None, 400),
        ("PATCH", "/web/chats/99", {"title": "x"}, 404),
        ("PATCH", "/web/chats/99", {"oops": 1}, 400),
        ("POST", "/web/messages/99/again", {"model": MODEL}, 404),
        ("POST", "/web/messages/99/choose", None, 404),
        ("POST", "/web/questions", {"model": "none", "text": "x"}, 404),
        ("POST", "/web/questions", {"model": MODEL, "text": "  "}, 400),
        ("POST", "/web/questions", {"model": MODEL, "text": "x", "chat": 99}, 404),
        ("GET", "/web/files/page.py", None, 404),
        ("GET", "/web/files/..%2froutes.py", None, 404),
        ("GET", "/web/nothing", None, 404),
    ],
)
def test_what_is_wrong_is_said(http, method: str, path: str, body, status: int) -> None:
    done = http.request(method, path, json=body)
    assert done.status_code == status, done.text
    assert done.json()["error"]
    assert http.get("/web/chats").json() == []


def test_a_browser_comes_in_by_key_and_keeps_a_cookie(tiny: Path, tmp_path: Path) -> None:
    _, key = add_key(tmp_path / "keys.toml")
    with serving([tiny], keys=read_keys(tmp_path / "keys.toml")) as served:
        with served.client() as http:
            assert http.get("/", headers={"accept": "text/html"}).status_code == 200
            assert http.get("/web/files/page.js").status_code == 200
            assert http.get("/web/session").json() == {"needs_key": True, "is_open": False}
            assert http.get("/web/chats").status_code == 401
            assert http.post("/web/login", json={"key": key + "x"}).status_code == 401
            cookie = http.post("/web/login", json={"key": key}).headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert "Path=/web/" in cookie
            assert key not in cookie
            assert http.get("/web/chats").status_code == 200
            token = cookie.partition(";")[0]
            # It opens the page's API and no other; nor that to a page of another origin.
            assert http.get("/v1/models", headers={"cookie": token}).status_code == 401
            evil = {"origin": "http://127.0.0.1:9", "cookie": token}
            assert http.get("/web/chats", headers=evil).status_code == 403
            http.post("/web/logout")
            assert http.get("/web/chats", headers={"cookie": token}).status_code == 401
        with served.client(headers={"x-api-key": key}) as http:
            assert http.get("/web/chats").status_code == 200


def test_pages_of_other_origins_see_no_chats_even_where_they_may_call(tiny: Path) -> None:
    settings = ServerSettings(port=0, cors_origins=("*",))
    with serving([tiny], settings=settings) as served, served.client() as http:
        evil = {"origin": "https://evil.example"}
        assert http.get("/v1/models", headers=evil).status_code == 200
        assert http.get("/web/chats", headers=evil).status_code == 403
        own = {"origin": served.url}
        assert http.get("/web/chats", headers=own).status_code == 200


def test_the_page_may_load_nothing_but_its_own_files(http) -> None:
    page = http.get("/", headers={"accept": "text/html,*/*"})
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    for name in ("x-content-type-options", "x-frame-options", "referrer-policy"):
        assert page.headers[name]
    for text in ("<style", "style=", "<script>", "onclick", "http:", "https:"):
        assert text not in page.text
    assert http.get("/").text == "KTDesk is running"
