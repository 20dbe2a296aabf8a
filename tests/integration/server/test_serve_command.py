# SPDX-License-Identifier: Apache-2.0
"""`ktdesk serve` as a program: its words, its keys, its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import openai
import pytest

from ktdesk.library.shelf.loading import prepare_load, remember
from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.library.shelf.model_settings import ModelSettings
from ktdesk.settings import models_folder
from tests.tiny import tiny_deepseek
from tests.unit.library.shelf.making import lock_of, put

SERVE = [sys.executable, "-m", "ktdesk", "serve"]
MODEL = "tiny-deepseek"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to another program"),
]


@contextmanager
def serving(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command until it says its address; stop it, hard if it does not end by itself."""
    command = [*SERVE, "--port", "0", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            if "--json" in arguments:
                yield process, json.loads(line)["address"]
            else:
                assert line.startswith("KTDesk answers at http://127.0.0.1:"), line
                yield process, line.split()[-1]
        finally:
            process.kill()


def end(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[int, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert not out
    assert "Traceback" not in err
    return process.returncode, err


def test_it_says_where_it_is_and_ends_in_order(tiny: Path) -> None:
    with serving("--model", tiny, "--threads", 1, "--parallel", 3) as (process, address):
        assert "at_a_time 3" in httpx.get(f"{address}/metrics", trust_env=False).text
        listed = httpx.get(f"{address}/v1/models", trust_env=False).json()
        assert [model["id"] for model in listed["data"]] == [MODEL]
        with openai.OpenAI(base_url=f"{address}/v1", api_key="-", max_retries=0) as client:
            done = client.completions.create(model=MODEL, prompt="hello", max_tokens=2)
            assert done.usage
            assert done.usage.completion_tokens == 2
        code, err = end(process)
    assert code == 0
    assert "tiny deepseek2" in err
    assert "this computer alone" in err


def test_json_names_the_address(tiny: Path) -> None:
    with serving("--json") as (process, address):
        assert httpx.get(f"{address}/health", trust_env=False).status_code == 200
        assert end(process)[0] == 0


def test_a_running_answer_is_ended_in_order(tmp_path: Path) -> None:
    model = tiny_deepseek(tmp_path / "long.gguf", max_position_embeddings=1 << 17).path
    settings = ("--threads", 1, "--context", 1 << 17)
    with serving("--model", model, *settings) as (process, address):
        body = {"model": "long", "prompt": "hello", "max_tokens": 1 << 17, "stream": True}
        body["logit_bias"] = {"2": -100, "0": -100}  # it does not end by itself
        with (
            httpx.Client(base_url=address, trust_env=False, timeout=60) as http,
            http.stream("POST", "/v1/completions", json=body) as response,
        ):
            lines = response.iter_lines()
            next(lines)
            process.send_signal(signal.SIGINT)
            assert [line for line in lines if line][-1] == "data: [DONE]"
        assert process.wait(30) == 0


def test_keys_are_made_and_asked_for(tiny: Path) -> None:
    made = subprocess.run([*SERVE, "--new-key", "me"], capture_output=True, text=True, check=True)
    key = made.stdout.strip()
    assert "shown this once" in made.stderr
    again = subprocess.run([*SERVE, "--new-key", "me"], capture_output=True, text=True)
    assert (again.returncode, again.stdout) == (1, "")
    assert "cannot be called 'me'" in again.stderr
    other = subprocess.run([*SERVE, "--new-key", "--json"], capture_output=True, text=True)
    second = json.loads(other.stdout)
    assert key not in Path(second["file"]).read_text()
    with serving("--model", tiny) as (process, address):
        for given, status in ((key, 200), (second["key"], 200), ("ktdesk-wrong", 401)):
            headers = {"authorization": f"Bearer {given}"}
            done = httpx.get(f"{address}/v1/models", headers=headers, trust_env=False)
            assert done.status_code == status
        assert end(process, signal.SIGTERM)[0] == 0
    (log,) = [
        text for path in Path(os.environ["KTDESK_HOME"]).glob("logs/*.log")
        if "v1/models" in (text := path.read_text())
    ]  # fmt: skip
    assert "for me" in log
    assert key not in log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lan"], "no key"),
        (["--host", "256.1.1.1"], "cannot listen"),
        (["--model", "nothing.gguf"], "nothing.gguf"),
    ],
)
def test_what_cannot_be_is_an_error(arguments: list[str], words: str) -> None:
    done = subprocess.run([*SERVE, "--port", "0", *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert words in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("given", "tokens"), [((), 3), (("--max-tokens", 2), 2)])
def test_what_was_chosen_for_a_model_alone_holds_where_nobody_says_otherwise(
    tiny: Path, given: tuple[object, ...], tokens: int
) -> None:
    remember(prepare_load(tiny), ModelSettings(sampling={"max_tokens": 3}))
    with serving("--model", tiny, *given) as (process, address):
        body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
        body["logit_bias"] = {"2": -100, "0": -100}  # it does not end by itself
        for own, wanted in (({}, tokens), ({"max_tokens": 1}, 1)):
            done = httpx.post(
                f"{address}/v1/chat/completions", json=body | own, trust_env=False, timeout=60
            )
            assert done.json()["usage"]["completion_tokens"] == wanted
        assert end(process)[0] == 0


def test_a_model_with_wrong_bytes_is_read_and_refused_in_words(tiny: Path) -> None:
    content = tiny.read_bytes()
    put(models_folder(), {"wrong.gguf": content[:-1] + bytes([content[-1] ^ 1])})
    write_lock(models_folder(), lock_of({"wrong.gguf": content}))
    with serving() as (process, address):
        body = {"model": "wrong", "prompt": "hello"}
        done = httpx.post(f"{address}/v1/completions", json=body, trust_env=False, timeout=60)
        assert done.is_error
        assert "Not as its source has it: wrong.gguf" in done.json()["error"]["message"]
        assert end(process)[0] == 0
