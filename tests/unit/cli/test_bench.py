# SPDX-License-Identifier: Apache-2.0
"""`ktdesk bench`: what is run, and what is made of the measurements."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ktdesk.cli.bench import make_prompt
from ktdesk.runtime.request import Done
from tests.unit.cli.conftest import STATS


@pytest.fixture
def runs(engine):
    """An engine with two tokens to a word, slower from run to run; returns its requests."""

    def events(request):
        tokens = 2 * len(request.prompt.split())
        seconds = len(engine.requests) / 100
        stats = dataclasses.replace(
            STATS, prompt_tokens=tokens, cached_tokens=0, prefill_s=seconds, first_token_s=seconds
        )
        yield Done("length", stats)

    engine.events = events
    return engine.requests


def test_the_first_runs_are_not_measured(ktdesk, model, engine, runs) -> None:
    done = ktdesk("bench", "--model", model, "--prompt-tokens", "120", "--runs", "3", "--json")
    result = json.loads(done.out)
    assert len(runs) == 6  # one to count tokens, one to warm up, three to measure, one to stop
    assert engine.is_cancelled
    assert result["runs"] == 3
    assert result["first_token_s"] == {"median": 0.04, "low": 0.03, "high": 0.05}
    assert result["prompt_tokens"]["median"] == 120
    assert result["prefill_tokens_per_s"] == pytest.approx(
        {"median": 3000, "low": 2400, "high": 4000}
    )
    assert result["model"]["name"] == "Small model"
    assert result["machine"]["physical_cores"] >= 1


def test_each_run_reads_a_prompt_of_its_own(ktdesk, model, runs) -> None:
    ktdesk("bench", "--model", model, "--runs", "2")
    assert len({request.prompt for request in runs}) == len(runs)
    assert make_prompt(50, 1).split()[:8] != make_prompt(50, 2).split()[:8]
    assert make_prompt(50, 1) == make_prompt(50, 1)


def test_the_page_says_what_was_measured(ktdesk, model, runs) -> None:
    out = ktdesk("bench", "--model", model, "--runs", "1", "--tokens", "8").out
    assert runs[-2].options.max_tokens == 8
    assert runs[-2].options.temperature == 0
    for part in (
        "Small model",
        "1 runs",
        "prefill, tokens/s",
        "median",
        "cores",
        "Load: once",
        "load again, s",
        "stop, s",
    ):
        assert part in out


@pytest.mark.parametrize("arguments", [("--runs", "0"), ("--tokens", "-1"), ("--runs", "x")])
def test_wrong_numbers_are_wrong_usage(ktdesk, model, arguments) -> None:
    with pytest.raises(SystemExit) as caught:
        ktdesk("bench", "--model", model, *arguments)
    assert caught.value.code == 2
