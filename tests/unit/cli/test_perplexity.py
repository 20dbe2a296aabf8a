# SPDX-License-Identifier: Apache-2.0
"""`ktdesk perplexity`, on an engine that pretends."""

from __future__ import annotations

import json
import math
import signal

import pytest

from ktdesk.cli.perplexity import SAMPLE
from ktdesk.runtime.perplexity import TextLosses
from ktdesk.settings import EngineSettings, Settings, save_settings


@pytest.fixture(autouse=True)
def losses(engine) -> None:
    engine.losses = {0: [math.log(4)] * 3, 2: [math.log(4), math.log(4), math.log(32)]}


def test_a_model_and_the_text_that_comes_with_ktdesk(ktdesk, model, engine) -> None:
    done = ktdesk("perplexity", model)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "perplexity 4.0000 of 3 tokens"
    assert engine.read == [(SAMPLE.read_text("utf-8"), False)]


def test_a_text_of_ones_own_in_json(ktdesk, model, engine, tmp_path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Worte für alle", encoding="utf-8")
    result = json.loads(ktdesk("perplexity", "--json", "--text", text, model).out)
    assert engine.read == [("Worte für alle", False)]
    assert result["perplexity"] == pytest.approx(4)
    assert (result["text"], result["tokens"], result["window_tokens"]) == (str(text), 3, 512)
    assert result["deferred"] is None
    assert result["model"]["path"] == str(model)


def test_deferral_is_compared_with_the_model_as_it_is(ktdesk, model, engine) -> None:
    """Both by steps: else it would be compared with another way of computing, too."""
    done = ktdesk("perplexity", model, "--defer", "2")
    assert [by_steps for _, by_steps in engine.read] == [True, True]
    # Of the logarithms 0, 0 and ln 8 the mean is ln 2, and its standard error 0.693.
    assert "placement cpu_only, 2 of a token's experts deferred" in done.out
    assert done.out.splitlines()[-2:] == [
        "perplexity 4.0000 of 3 tokens",
        "perplexity 8.0000 with 2 experts of a token deferred: +100.00 % (standard error 69.31 %)",
    ]
    deferred = json.loads(ktdesk("perplexity", "--json", model, "--defer", "2").out)["deferred"]
    assert deferred == {
        "experts": 2,
        "perplexity": pytest.approx(8),
        "change_percent": pytest.approx(100),
        "change_error_percent": pytest.approx(69.31, abs=0.01),
    }


def test_the_setting_counts(ktdesk, model, engine) -> None:
    save_settings(Settings(engine=EngineSettings(deferred_experts=2)))
    assert "2 experts of a token deferred" in ktdesk("perplexity", model).out
    ktdesk("perplexity", model, "--defer", "0")
    assert engine.read[-1][1] is False


def test_where_nothing_can_be_deferred(ktdesk, model, engine) -> None:
    engine.most_deferred = 0
    done = ktdesk("perplexity", model, "--defer", "2")
    assert done.code == 1
    assert "Nothing of Small model can be deferred" in done.err
    assert "Do without --defer" in done.err
    assert engine.read == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xfa"])
def test_a_text_that_cannot_be_read(ktdesk, model, engine, tmp_path, content) -> None:
    text = tmp_path / "text.txt"
    if content:
        text.write_bytes(content)
    done = ktdesk("perplexity", model, "--text", text)
    assert done.code == 1
    assert "cannot be read" in done.err
    assert engine.info is None  # nothing was loaded in vain


def test_an_interruption(ktdesk, model, engine) -> None:
    def interrupted(text, *, by_steps):
        del text, by_steps
        signal.raise_signal(signal.SIGINT)
        yield TextLosses((1.0,), 1, 3)
        pytest.fail("it went on")

    engine.text_losses = interrupted
    assert ktdesk("perplexity", model).code == 130


@pytest.mark.parametrize("count", ["-1", "65", "two"])
def test_numbers_that_are_none(ktdesk, model, count) -> None:
    with pytest.raises(SystemExit) as left:
        ktdesk("perplexity", model, "--defer", count)
    assert left.value.code == 2
