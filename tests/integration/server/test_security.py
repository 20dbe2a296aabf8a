# SPDX-License-Identifier: Apache-2.0
"""Who is let in: keys, names of the server, pages of other origins; and what the log tells."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import anthropic
import httpx
import openai
import pytest

from ktdesk.engine import Engine
from ktdesk.errors import PortTakenError, SettingsError
from ktdesk.server.keys import add_key, read_keys
from ktdesk.server.service import Service
from ktdesk.settings import SamplingSettings, ServerSettings
from tests.integration.server.conftest import Served, serving

MODEL = "tiny-deepseek"
SECRET = "my private words"
CHAT = {"model": MODEL, "messages": [{"role": "user", "content": SECRET}], "max_tokens": 2}


def test_a_key_opens_every_api_and_nothing_else_does(tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    name, key = add_key(file, "laptop")
    _, other = add_key(file)
    assert name == "laptop"
    assert key not in file.read_text()
    with serving([tiny], keys=read_keys(file)) as served:
        places = [("GET", "/v1/models"), ("GET", "/api/tags"), ("GET", "/metrics")]
        places += [("POST", path) for path in ("/v1/chat/completions", "/v1/messages", "/api/chat")]
        places += [("GET", "/nothing"), ("GET", "/openapi.json")]
        wrong = [{}, {"authorization": f"Bearer {key}x"}, {"authorization": key}, {"x-api-key": ""}]
        wrong += [{"authorization": f"Basic {key}"}, {"x-api-key": "\xff"}, {"cookie": key}]
        with served.client() as http:
            for method, path in places:
                for headers in wrong:
                    raw = {k: v.encode("latin-1") for k, v in headers.items()}
                    done = http.request(method, path, headers=raw, json=CHAT)
                    assert done.status_code == 401, (path, headers)
                    assert done.headers["www-authenticate"] == "Bearer"
            assert http.get("/health").status_code == 200
            for one in (key, other):
                for headers in ({"authorization": f"Bearer {one}"}, {"x-api-key": one}):
                    assert http.get("/v1/models", headers=headers).status_code == 200
        with openai.OpenAI(base_url=f"{served.url}/v1", api_key=key, max_retries=0) as client:
            assert client.chat.completions.create(**CHAT).choices
        with anthropic.Anthropic(base_url=served.url, api_key=key, max_retries=0) as client:
            assert client.messages.create(**CHAT).content is not None
        with (
            anthropic.Anthropic(base_url=served.url, api_key="wrong", max_retries=0) as client,
            pytest.raises(anthropic.AuthenticationError),
        ):
            client.messages.create(**CHAT)


def test_a_response_is_for_the_key_that_asked(tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    (_, first), (_, second) = add_key(file, "first"), add_key(file, "second")
    with serving([tiny], keys=read_keys(file)) as served, served.client() as http:
        ask = {"model": MODEL, "input": SECRET, "max_output_tokens": 1}
        mine = http.post("/v1/responses", json=ask, headers={"x-api-key": first}).json()
        for method in ("GET", "DELETE"):
            path = f"/v1/responses/{mine['id']}"
            assert http.request(method, path, headers={"x-api-key": second}).status_code == 404
        assert http.get(path, headers={"x-api-key": first}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8421", 200),
        ("127.0.0.1", 200),
        ("[::1]:99", 200),
        ("192.168.0.7", 200),
        ("desk.example", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example", 403),
        ("user@localhost", 403),
        ("localhost/../evil.example", 403),
        ("", 403),
        ("localhost:port", 403),
        ("[::1", 403),
    ],
)
def test_the_server_is_called_by_a_name_of_its_own(lenient: Served, host: str, status: int) -> None:
    with lenient.client() as http:
        done = http.get("/v1/models", headers={"host": host})
        assert done.status_code == status
        assert http.get("/health", headers={"host": host}).status_code == status
        assert http.get("/api/tags", headers={"host": host}).status_code == status


@pytest.fixture(scope="module")
def lenient(tiny: Path):
    settings = ServerSettings(
        port=0, hosts=("desk.example",), cors_origins=("https://page.example",)
    )
    with serving([tiny], settings=settings) as served:
        yield served


def test_pages_of_other_origins_are_kept_out(lenient: Served) -> None:
    with lenient.client() as http:
        for origin in ("https://evil.example", "null", "file://", "http://page.example"):
            done = http.post("/v1/chat/completions", json=CHAT, headers={"origin": origin})
            assert done.status_code == 403
            assert "access-control-allow-origin" not in done.headers
            asked = {"origin": origin, "access-control-request-method": "POST"}
            assert http.options("/v1/chat/completions", headers=asked).status_code == 403
        own = {"origin": lenient.url}
        assert http.get("/v1/models", headers=own).status_code == 200


def test_a_page_that_is_allowed_gets_answers_and_errors(lenient: Served) -> None:
    page = {"origin": "https://page.example"}
    with lenient.client() as http:
        asked = page | {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        before = http.options("/v1/chat/completions", headers=asked)
        assert before.status_code == 200
        assert before.headers["access-control-allow-origin"] == "https://page.example"
        assert "authorization" in before.headers["access-control-allow-headers"].lower()
        for body in (CHAT, {}):
            done = http.post("/v1/chat/completions", json=body, headers=page)
            assert done.headers["access-control-allow-origin"] == "https://page.example"


@pytest.mark.parametrize("settings", [{"lan": True}, {"host": "0.0.0.0"}, {"host": "::"}])  # noqa: S104, RUF100
def test_others_are_let_in_with_keys_only(settings: dict, tiny: Path) -> None:
    with pytest.raises(SettingsError, match="no key") as caught:
        Service(
            Engine(threads=1),
            list,
            lambda path, progress: None,
            ServerSettings(port=0, **settings),
            lambda path: SamplingSettings(),
        )
    assert "--new-key" in caught.value.hint


def test_on_all_addresses_it_goes_by_the_computers_name(tiny: Path, tmp_path: Path) -> None:
    _, key = add_key(tmp_path / "keys.toml")
    settings = ServerSettings(port=0, lan=True)
    with serving([tiny], settings=settings, keys=read_keys(tmp_path / "keys.toml")) as served:
        assert served.url.startswith(f"http://{socket.gethostname()}:")
        local = f"http://127.0.0.1:{httpx.URL(served.url).port}/v1/models"
        for host in (httpx.URL(served.url).netloc.decode(), "127.0.0.1"):
            headers = {"x-api-key": key, "host": host}
            assert httpx.get(local, headers=headers, trust_env=False).status_code == 200


def test_an_address_that_is_taken(served: Served) -> None:
    port = httpx.URL(served.url).port
    with pytest.raises(PortTakenError, match=f"port {port}"):
        Service(
            Engine(threads=1),
            list,
            lambda path, progress: None,
            ServerSettings(port=port),
            lambda path: SamplingSettings(),
        )


def test_the_log_tells_no_secrets(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "keys.toml"
    _, key = add_key(file, "laptop")
    with serving([tiny], keys=read_keys(file)) as served, served.client() as http:
        headers = {"authorization": f"Bearer {key}"}
        body = CHAT | {"max_tokens": 40}  # as many as no log has by chance
        answered = http.post("/v1/chat/completions?key=hidden", json=body, headers=headers).json()
        http.post("/v1/chat/completions", json=CHAT | {"oops": SECRET}, headers=headers)
        http.get("/%0a2026-01-01 forged", headers=headers)
    own = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("ktdesk"))
    assert "POST '/v1/chat/completions' 200" in own
    assert "for laptop" in own
    for secret in (SECRET, key, "hidden", answered["choices"][0]["message"]["content"]):
        assert secret not in own
    assert "\n2026" not in own


def test_the_log_tells_what_was_asked_if_it_is_to(
    tiny: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    settings = ServerSettings(port=0, log_prompts=True)
    with serving([tiny], settings=settings) as served, served.client() as http:
        http.post("/v1/chat/completions", json=CHAT)
    assert SECRET in caplog.text
