# SPDX-License-Identifier: Apache-2.0
"""What answers tell of a model's speed is kept, and corrects the next plan."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.engine import Engine
from ktdesk.hardware import describe_machine, physical_cores
from ktdesk.hardware.measurements import hardware_key
from ktdesk.planning.plan import Plan
from ktdesk.planning.record import outcomes_path, read_outcomes
from ktdesk.planning.this_machine import plan_here
from ktdesk.runtime.request import Done, Options, Request, Stats
from ktdesk.settings import EngineSettings, HardwareSettings, Settings, config_file, save_settings
from tests.tiny import tiny_deepseek

LONG = "The river has two voices. In spring it speaks loudly, in summer it whispers. " * 5


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_deepseek(tmp_path_factory.mktemp("speeds") / "model.gguf").path


@pytest.fixture
def engine(model: Path) -> Iterator[Engine]:
    engine = Engine()
    engine.load(model)
    yield engine
    engine.unload()


ENDS = range(3)  # the tokens that would end an answer


def answer(engine: Engine, prompt: str = LONG, tokens: int = 40) -> Stats:
    """Return what was measured of an answer, once what it tells is kept."""
    unending = dict.fromkeys(ENDS, -100.0)
    options = Options(temperature=0, max_tokens=tokens, prompt_lookup="off", logit_bias=unending)
    *_, done = engine.generate(Request(prompt=prompt, options=options))
    assert isinstance(done, Done), done
    assert done.stats.generated_tokens == tokens
    for thread in threading.enumerate():
        if thread.name == "speeds":
            thread.join()
    return done.stats


def plan(model: Path) -> Plan:
    return plan_here(model, EngineSettings(), "cpu_only")


def test_a_long_answer_corrects_the_next_plan(engine: Engine, model: Path) -> None:
    before = plan(model)
    stats = answer(engine)
    assert stats.prompt_tokens >= 256
    prefill, decode = read_outcomes()
    assert (prefill.work, decode.work) == ("prefill", "decode")
    assert prefill.measured == stats.prefill_tokens_per_s
    assert decode.measured == stats.decode_tokens_per_s
    assert {prefill.machine, decode.machine} == {hardware_key(describe_machine())}
    assert {prefill.placement, decode.placement} == {"cpu_only"}
    ratio = decode.measured / decode.predicted
    for depth, speed in plan(model).decode.items():
        predicted = before.decode[depth].tokens_per_s
        assert speed.tokens_per_s.low == pytest.approx(predicted.low * ratio)
        assert speed.tokens_per_s.high == pytest.approx(predicted.high * ratio)


def test_the_users_figures_are_learnt_with(engine: Engine, model: Path) -> None:
    answer(engine)
    as_found = read_outcomes()
    save_settings(Settings(hardware=HardwareSettings(bandwidth_gbs=1)), config_file())
    engine.load(model)
    answer(engine)
    _, before, _, after = read_outcomes()
    assert as_found[1] == before
    assert after.predicted < before.predicted


def test_predictions_are_kept_as_they_are_without_corrections(engine: Engine) -> None:
    answer(engine)
    answer(engine, "And " + LONG)
    first, second = (o.predicted for o in read_outcomes() if o.work == "decode")
    assert second == pytest.approx(first, rel=0.01)  # one token more stands before


def test_short_prompts_and_answers_tell_nothing(engine: Engine) -> None:
    answer(engine, "The river", tokens=8)
    assert not outcomes_path().exists()
    answer(engine, "The river", tokens=40)
    assert [o.work for o in read_outcomes()] == ["decode"]
    answer(engine, tokens=8)
    assert [o.work for o in read_outcomes()] == ["decode", "prefill"]
    assert answer(engine, tokens=8).cached_tokens
    assert len(read_outcomes()) == 2


@pytest.mark.skipif(physical_cores() == 1, reason="there are no fewer threads than one")
def test_fewer_threads_tell_nothing_of_the_machine(model: Path) -> None:
    engine = Engine(threads=1)
    engine.load(model)
    answer(engine)
    engine.unload()
    assert read_outcomes() == []


@pytest.mark.logs("cannot be kept")
def test_a_full_disk_keeps_no_answer_from_its_user(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ktdesk.whole_file.tempfile.mkstemp", full)
    answer(engine)
    assert "Measured speeds cannot be kept: [Errno 28] No space left" in caplog.text
    assert read_outcomes() == []
