# SPDX-License-Identifier: Apache-2.0
"""`ktdesk plan` and `ktdesk placements`, on made-up machines and models without weights."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware.measurements import hardware_key
from ktdesk.operators.placement import Placement, shipped_placements
from ktdesk.planning.record import Outcome, keep_outcomes
from tests.known.header import write_header
from tests.known.models import MODELS
from tests.unit.cli.conftest import On
from tests.unit.planning.machines import GB, card, machine


@pytest.fixture(scope="module")
def r1(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DeepSeek-R1 in Q4_K_M, 405 GB of holes."""
    return write_header(MODELS["DeepSeek-R1"], tmp_path_factory.mktemp("plan") / "r1.gguf")


def planned(ktdesk, *arguments: object) -> dict:
    done = ktdesk("plan", "--json", *arguments)
    return json.loads(done.out) | {"code": done.code}


def test_the_verdict_comes_first(ktdesk, on: On, r1: Path) -> None:
    on(machine(512, card()))
    done = ktdesk("plan", r1, "--context", "4096")
    assert (done.code, done.err) == (0, "")
    first, _, placement, head, *_ = done.out.splitlines()
    assert first == "It fits."
    assert placement == "placement one_gpu, 136 single experts on it"
    assert head.split() == ["weights", "cache", "work", "all", "free"]
    assert "limited by how fast the memory is read" in done.out


def test_columns_stand_below_each_other(ktdesk, on: On, r1: Path) -> None:
    on(machine(512, card()))
    lines = ktdesk("plan", r1, "--context", "32768").out.splitlines()
    table = lines[3:6]
    assert [line.split()[0] for line in table] == ["weights", "card", "memory"]
    assert len({len(line) for line in table}) == 1
    speeds = [line for line in lines if " tokens/s" in line]
    assert len(speeds) == 7
    assert len({line.index(" tokens/s") for line in speeds}) == 1


def test_what_is_short_and_what_saves_it(ktdesk, on: On, r1: Path) -> None:
    on(machine(352, card()))
    done = ktdesk("plan", r1, "--context", "32768")
    assert done.code == 0
    assert done.out.splitlines()[0].startswith("It runs, but slowly: ")
    short = done.out.splitlines()[1]
    assert short.startswith("Short by ")
    assert " GB of memory: Q3_K_M saves " in short
    assert "; 16K context saves 1.2 GB; a q8_0 cache saves 1.1 GB." in short
    result = planned(ktdesk, r1, "--context", "32768")
    (missing,) = result["shortages"]
    weights = result["memory"]
    used = weights["weights"] + weights["cache"] + weights["working"]
    assert missing == {"card": -1, "missing_bytes": used - weights["free"]}
    assert result["savings"][0]["saved_bytes"] >= missing["missing_bytes"]


def test_where_nothing_helps_it_is_said_how_much_memory_would(ktdesk, on: On, r1: Path) -> None:
    on(machine(64))
    out = ktdesk("plan", r1, "--context", "32768").out
    memory = planned(ktdesk, r1, "--context", "32768")["memory"]
    needed = (memory["weights"] + memory["cache"] + memory["working"]) / GB
    assert f"No less precise file is small enough; {needed:.0f} GB of memory, all of it" in out


def test_a_placement_that_the_card_has_no_room_for(ktdesk, on: On, r1: Path) -> None:
    on(machine(512, card(memory_gib=8)))
    done = ktdesk("plan", r1, "--placement", "one_gpu")
    assert done.code == 1
    first, short, *_ = done.out.splitlines()
    assert first == "It will not run here as it is."
    assert "GB on card 0" in short
    assert planned(ktdesk, r1, "--placement", "one_gpu")["fit"] == "will_not_run"


def test_slow_speeds_keep_their_digits(ktdesk, on: On, r1: Path) -> None:
    on(machine(32))
    out = ktdesk("plan", r1, "--context", "32768").out
    assert "  answers after 0 tokens         0.1" in out
    low = planned(ktdesk, r1, "--context", "32768")["decode"][0]["low"]
    assert f"{low:.2f} to" in out


def test_what_was_measured_here_stands_below_and_corrects(ktdesk, on: On, r1: Path) -> None:
    here = on(machine(512, card()))
    before = planned(ktdesk, r1)
    assert before["measured"] == {}
    name, key = Checkpoint.open(r1).name, hardware_key(here)
    outcome = Outcome(key, name, "one_gpu", "decode", 4.0, 3.4, "2026-11-29 12:00:00+00:00")
    keep_outcomes([dataclasses.replace(outcome, machine="another", measured=9.9), outcome])
    out = ktdesk("plan", r1).out
    assert "measured here 3.4 tokens/s (2026-11-29, placement one_gpu)" in " ".join(out.split())
    assert "9.9" not in out
    after = planned(ktdesk, r1)
    assert after["measured"]["decode"]["measured"] == 3.4
    assert after["decode"][0]["low"] == pytest.approx(before["decode"][0]["low"] * 0.85)
    assert after["prefill"] == before["prefill"]


@pytest.mark.parametrize("memory", [512, 1024])
def test_what_is_written_gives_the_same_plan(
    ktdesk, on: On, r1: Path, tmp_path: Path, memory: int
) -> None:
    on(machine(memory, card(memory_gib=48)))
    file = tmp_path / "mine.yaml"
    done = ktdesk("plan", r1, "--context", "32768", "--write", file)
    assert done.code == 0
    assert str(file) in done.err
    assert "experts.cuda" in file.read_text("utf-8")  # of some layers: a plan of this machine's
    chosen = planned(ktdesk, r1, "--context", "32768")
    again = planned(ktdesk, r1, "--context", "32768", "--placement", file)
    assert again.pop("placement") == "mine"
    assert chosen.pop("placement").startswith("one_gpu")
    for result in (again, chosen):
        result["memory"].pop("free")  # what this process has taken itself counts as free
    assert again == chosen


def test_what_extends_another_is_written_with_the_rules_in_use(
    ktdesk, on: On, r1: Path, tmp_path: Path
) -> None:
    on(machine(512, card()))
    mine, written = tmp_path / "mine.yaml", tmp_path / "written.yaml"
    mine.write_text("extends: one_gpu\nrules:\n- {class: routed, use: experts.host}\n")
    assert ktdesk("plan", r1, "--placement", mine, "--write", written).code == 0
    assert (
        len(Placement.load(str(written)).rules) == 2
    )  # its own, and one of the two that it extends
    one, other = (planned(ktdesk, r1, "--placement", file) for file in (mine, written))
    assert one["cards"] == other["cards"]
    assert one["decode"] == other["decode"]


def test_a_file_that_is_there_is_not_overwritten(ktdesk, on: On, r1: Path, tmp_path: Path) -> None:
    on(machine(512))
    file = tmp_path / "mine.yaml"
    file.write_text("edited")
    done = ktdesk("plan", r1, "--write", file)
    assert (done.code, done.out) == (1, "")
    assert "There is a file" in done.err
    assert file.read_text() == "edited"


@pytest.mark.parametrize(("name", "said"), [("mine.txt", ".yaml"), ("none/mine.yaml", "No such")])
def test_files_that_cannot_be_written(
    ktdesk, on: On, r1: Path, tmp_path: Path, name: str, said: str
) -> None:
    on(machine(512))
    done = ktdesk("plan", r1, "--write", tmp_path / name)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n- {match: '**', use: '*.cpu'}\n- {match: x, use: linear.cpi}", "Line 3: "),
        ("rules:\n\n- {match: '**', use: '*.cpu', with: 3}", "line 3"),
        ("rules:\n- {match: '**', use: '*.cpu'}\n- {match: x, use: '*.cpu'}", "in line 3"),
        ("rules: [", "line 1"),
        ("extends: one_gpi", "Did you mean 'one_gpu'?"),
    ],
)
def test_mistakes_in_a_placement_are_named_with_their_line(
    ktdesk, on: On, r1: Path, tmp_path: Path, text: str, said: str
) -> None:
    on(machine(512))
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    done = ktdesk("plan", r1, "--placement", file)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    error = json.loads(ktdesk("plan", "--json", r1, "--placement", file).out)["error"]
    assert said in error["message"]
    assert error["hint"]


def test_a_model_of_several_files_is_planned_as_one(ktdesk, on: On, tmp_path: Path) -> None:
    on(machine(64, card()))
    known = MODELS["DeepSeek-V2-Lite"]
    whole = planned(ktdesk, write_header(known, tmp_path / "whole.gguf"))
    first = write_header(known, tmp_path / "parts.gguf", part_tensors=100)
    assert len(list(tmp_path.glob("parts-*.gguf"))) == 5
    parts = planned(ktdesk, first)
    assert parts.pop("path") == str(first)
    whole.pop("path")
    assert parts == whole


def test_a_model_that_is_none(ktdesk, on: On, model: Path) -> None:
    on(machine(512))
    done = ktdesk("plan", model)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: ")


def test_more_context_than_the_model_was_made_for(ktdesk, on: On, r1: Path) -> None:
    on(machine(512))
    done = ktdesk("plan", r1, "--context", "1000000")
    assert done.code in (1, 2)
    assert "163840" in done.err


def test_the_help_has_an_example(ktdesk, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        ktdesk("plan", "--help")
    assert left.value.code == 0
    assert "--write my.yaml" in capsys.readouterr().out


def test_placements_are_listed_and_shown(ktdesk) -> None:
    names = [placement.name for placement in shipped_placements()]
    listed = ktdesk("placements").out.splitlines()
    assert [line.split()[0] for line in listed] == names
    told = json.loads(ktdesk("placements", "--json").out)["placements"]
    assert [each["name"] for each in told] == names
    assert ktdesk("placements", "one_gpu").out == told[names.index("one_gpu")]["text"]
    assert ktdesk("placements", "nothing").code == 1


def test_what_is_shown_can_be_used(ktdesk, tmp_path: Path) -> None:
    for placement in shipped_placements():
        file = tmp_path / f"{placement.name}.yaml"
        file.write_text(ktdesk("placements", placement.name).out, encoding="utf-8")
        assert Placement.load(str(file)) == placement
