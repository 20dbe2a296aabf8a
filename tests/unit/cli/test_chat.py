# SPDX-License-Identifier: Apache-2.0
"""`ktdesk chat --prompt`: one answer, and all that can be asked of it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from ktdesk.errors import RequestError
from ktdesk.library.shelf.loading import prepare_load, remember
from ktdesk.library.shelf.model_settings import ModelSettings
from ktdesk.runtime.request import Done, Failed, Message, Prefill, Token
from ktdesk.settings import load_settings, models_folder
from ktdesk.text.messages import TemplateOptions
from tests.unit.cli.conftest import STATS
from tests.unit.library.shelf.making import model as model_bytes


def test_only_the_answer_goes_to_stdout(ktdesk, model) -> None:
    done = ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert (done.code, done.out) == (0, "Hello, world\n")


def test_the_model_and_the_speed_are_named(ktdesk, model) -> None:
    err = ktdesk("chat", "--model", model, "--prompt", "Hi").err
    for part in ("Small model", "deepseek2", "8 of 64 experts", "135M", "143 MB", "4 threads"):
        assert part in err
    last = "0.25 s to the first token · prompt 8 tokens at 16.0/s · answer 3 tokens at 20.0/s"
    assert f"{last} · context 13 of 512\n" in err


def test_json_is_one_object(ktdesk, model) -> None:
    done = ktdesk("chat", "--model", model, "--prompt", "Hi", "--json")
    result = json.loads(done.out)
    assert result["text"] == "Hello, world"
    assert result["tokens"] == [7, 8, 9]
    assert result["reason"] == "end"
    assert result["stats"]["generated_tokens"] == 3
    assert result["stats"]["prefill_tokens_per_s"] == 16.0
    assert result["model"]["path"] == str(model)
    assert result["model"]["architecture"] == "deepseek2"
    assert done.err == ""


def test_messages_and_options_reach_the_engine(ktdesk, model, engine) -> None:
    ktdesk(
        *("chat", "--model", model, "--prompt", "Hi", "--system", "Be brief."),
        *("--temperature", "0", "--top-k", "3", "--seed", "7", "--max-tokens", "9"),
        *("--threads", "2", "--context", "256", "--cache", "q8_0"),
        *("--placement", "cpu_only", "--defer", "2"),
    )
    request = engine.requests[0]
    assert request.messages == (Message("system", "Be brief."), Message("user", "Hi"))
    assert request.prompt is None
    options = request.options
    assert (options.temperature, options.top_k, options.seed, options.max_tokens) == (0, 3, 7, 9)
    assert engine.threads == 2
    assert engine.loaded_with == {
        "placement": "cpu_only",
        "context_tokens": 256,
        "cache_type": "q8_0",
        "deferred_experts": 2,
    }


def test_a_models_own_settings_count_before_those_of_all_and_after_the_command_line(
    ktdesk, engine, tmp_path: Path
) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(model_bytes("own"))
    own = ModelSettings(
        "cpu_only", {"context_tokens": 256, "cache_type": "q8_0"}, {"top_k": 3, "temperature": 0.1}
    )
    remember(prepare_load(path), own)
    ktdesk("chat", "--model", path, "--prompt", "Hi", "--top-k", "5", "--cache", "f32")
    options = engine.requests[0].options
    assert (options.top_k, options.temperature) == (5, 0.1)
    assert engine.loaded_with == {
        "placement": "cpu_only",
        "context_tokens": 256,
        "cache_type": "f32",
        "deferred_experts": 0,
    }


def test_settings_count_where_the_command_line_says_nothing(ktdesk, model, engine, home) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("[engine]\nthreads = 3\n[sampling]\ntop_k = 5\nmin_p = 0")
    ktdesk("chat", "--model", model, "--prompt", "Hi", "--min-p", "0.5")
    options = engine.requests[0].options
    assert (engine.threads, options.top_k, options.min_p) == (3, 5, 0.5)


THOUGHT = [
    Token(1, ""),
    Token(2, "Hm", "reasoning"),
    Token(3, ".\x1b", "reasoning"),
    Token(4, ""),
    Token(5, "Yes"),
    Done("end", STATS),
]


def test_reasoning_is_no_part_of_the_answer(ktdesk, model, engine) -> None:
    engine.events = lambda request: iter(THOUGHT)
    done = ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert done.out == "Yes\n"
    assert "Hm.\N{REPLACEMENT CHARACTER}\n\n" in done.err
    result = json.loads(ktdesk("chat", "--model", model, "--prompt", "Hi", "--json").out)
    assert (result["text"], result["reasoning"]) == ("Yes", "Hm.\x1b")
    assert result["tokens"] == [1, 2, 3, 4, 5]


def test_how_to_reason_reaches_the_template(ktdesk, model, engine) -> None:
    ktdesk("chat", "--model", model, "--prompt", "Hi", "--thinking", "off", "--effort", "low")
    ktdesk("chat", "--model", model, "--prompt", "Hi", "--thinking", "on")
    ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert [request.template for request in engine.requests] == [
        TemplateOptions(thinking=False, reasoning_effort="low"),
        TemplateOptions(thinking=True),
        TemplateOptions(),
    ]


def test_the_shape_of_an_answer_comes_from_a_file(ktdesk, model, engine, tmp_path) -> None:
    (tmp_path / "schema.json").write_text('{"type": "object"}')
    ktdesk(*("chat", "--model", model, "--prompt", "Hi", "--json-object"))
    ktdesk(*("chat", "--model", model, "--prompt", "Hi"), "--json-schema", tmp_path / "schema.json")
    ktdesk(*("chat", "--model", model, "--prompt", "Hi", "--grammar", tmp_path / "schema.json"))
    shapes = [(r.options.json, r.options.json_schema, r.options.grammar) for r in engine.requests]
    text = '{"type": "object"}'
    assert shapes == [(True, "", ""), (False, text, ""), (False, "", text)]


def test_a_shape_that_cannot_be_read_is_explained(ktdesk, model, tmp_path) -> None:
    (tmp_path / "empty").write_text("")
    (tmp_path / "bytes").write_bytes(b"\xff")
    for name, what in (("none", "No such file"), ("empty", "is empty"), ("bytes", "not UTF-8")):
        done = ktdesk("chat", "--model", model, "--prompt", "x", "--grammar", tmp_path / name)
        assert done.code == 1
        assert name in done.err
        assert what in done.err


def test_a_raw_prompt_goes_without_template(ktdesk, model, engine) -> None:
    ktdesk("chat", "--model", model, "--prompt", "Once", "--raw")
    assert engine.requests[0].prompt == "Once"
    assert engine.requests[0].messages == ()


def test_a_prompt_can_come_from_standard_input(ktdesk, model, engine, typed) -> None:
    typed("Line 1\nLine 2")
    ktdesk("chat", "--model", model, "--prompt", "-")
    assert engine.requests[0].messages[-1].content == "Line 1\nLine 2"


def test_bytes_that_are_no_text_do_no_harm(ktdesk, model, engine) -> None:
    ktdesk("chat", "--model", model, "--prompt", "a\udcffb", "--system", "\udcff")
    assert [m.content for m in engine.requests[0].messages] == ["?", "a?b"]


def test_the_last_model_is_used_again(ktdesk, model, engine) -> None:
    ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert load_settings().interface.last_model == str(model)
    ktdesk("chat", "--prompt", "Hi")
    assert engine.info.path == model


def test_a_model_goes_by_its_name(ktdesk, model, engine, monkeypatch) -> None:
    from types import SimpleNamespace

    entry = SimpleNamespace(path=model, id="small", name="Small Model", problem="")
    monkeypatch.setattr("ktdesk.cli.model_choice.found_models", lambda settings: [entry])
    for name in ("small model", "small"):
        assert ktdesk("chat", "--model", name, "--prompt", "Hi").code == 0
        assert engine.info.path == model
    unknown = ktdesk("chat", "--model", "smal", "--prompt", "Hi")
    assert unknown.code == 1
    assert "No model is called 'smal'. Did you mean 'small'?" in unknown.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--raw",), "--raw"),
        (("--json",), "--json"),
        (("--prompt", "x", "--raw", "--system", "y"), "--system"),
        (("--prompt", "x", "--raw", "--thinking", "off"), "--thinking"),
        (("--prompt", "x", "--raw", "--effort", "low"), "--effort"),
        (("--prompt", "x", "--raw", "--attach", "file"), "--attach"),
    ],
)
def test_contradictions_are_explained(ktdesk, model, arguments, named) -> None:
    done = ktdesk("chat", "--model", model, *arguments)
    said = json.loads(done.out)["error"]["message"] if "--json" in arguments else done.err
    assert done.code == 2
    assert f"{named} " in said


@pytest.mark.parametrize("value", ["9", "-1", "hot", "nan"])
def test_a_wrong_option_says_what_is_allowed(ktdesk, model, value, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        ktdesk("chat", "--model", model, "--prompt", "x", f"--temperature={value}")
    assert caught.value.code == 2
    assert "is not a number, 0 to 5" in capsys.readouterr().err


def test_ctrl_c_stops_the_answer(ktdesk, model, engine) -> None:
    def events(request):
        yield Token(1, "Hel")
        signal.raise_signal(signal.SIGINT)
        assert engine.is_cancelled
        yield Done("cancelled", STATS)

    engine.events = events
    before = signal.getsignal(signal.SIGINT)
    done = ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert (done.code, done.out) == (130, "Hel\n")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_leaves(ktdesk, model, engine) -> None:
    def events(request):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        yield Token(1, "never")

    engine.events = events
    assert ktdesk("chat", "--model", model, "--prompt", "Hi").code == 130


def test_ctrl_c_stops_the_loading(ktdesk, model, engine) -> None:
    engine.during_load = lambda: signal.raise_signal(signal.SIGINT)
    done = ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert (done.code, engine.info) == (130, None)


def test_a_request_that_fails_is_explained(ktdesk, model, engine) -> None:
    error = RequestError("The prompt is too long.", hint="Shorten it.")
    engine.events = lambda request: iter([Prefill(0, 1), Failed(error)])
    done = ktdesk("chat", "--model", model, "--prompt", "Hi")
    assert done.code == 1
    assert done.err.endswith("Error: The prompt is too long.\nShorten it.\n")
    as_json = ktdesk("chat", "--model", model, "--prompt", "Hi", "--json")
    expected = {"error": {"message": "The prompt is too long.", "hint": "Shorten it."}}
    assert json.loads(as_json.out) == expected


def test_without_any_model_the_demo_is_built(ktdesk, engine, model, monkeypatch) -> None:
    from types import SimpleNamespace

    asked = []

    def build(folder, *, source, progress):
        progress("Building", 0.5)
        asked.append((folder, source))
        return SimpleNamespace(deepseek2=model, llama=model)

    monkeypatch.setattr("ktdesk.library.demo.demo_models", build)
    assert ktdesk("chat", "--prompt", "Hi").code == 0
    assert asked == [(models_folder(), None)]
    assert engine.info.path == model
