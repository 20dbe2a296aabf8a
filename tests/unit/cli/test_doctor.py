# SPDX-License-Identifier: Apache-2.0
"""`ktdesk doctor`: whole installations, broken ones, and what it says of them."""

from __future__ import annotations

import json
import os
import signal
import sys
from types import SimpleNamespace

import pytest

from ktdesk.cli import doctor, findings
from ktdesk.errors import Cancelled
from ktdesk.hardware import Gpu, Measured, describe_machine


@pytest.fixture(autouse=True)
def native(monkeypatch):
    """A native module with two tables."""
    module = SimpleNamespace(
        isas=lambda: ["avx2", "scalar"],
        kernel_tables=lambda: {"linear": "avx2", "rope": "scalar", "embed": "avx2"},
        topology=lambda: [
            SimpleNamespace(id=node, memory_bytes=0, cores=cores)
            for node, cores in enumerate(([[0], [1]], [[2]]))
        ],
        grants_huge_pages=lambda: True,
        instruction_sets=lambda: [("AVX2", True, True), ("AMX", True, False)],
    )
    monkeypatch.setitem(sys.modules, "ktdesk._native", module)


@pytest.fixture(autouse=True)
def models(monkeypatch):
    """The models that are found: none, to begin with."""
    entries: list[SimpleNamespace] = []
    monkeypatch.setattr(findings, "found_models", lambda settings: entries)
    return entries


@pytest.fixture
def machine(monkeypatch):
    """Replace something in the description of the machine."""

    def change(**changes):
        import dataclasses

        found = describe_machine()
        names = {each.name for each in dataclasses.fields(found.memory)}
        memory = {name: changes.pop(name) for name in names & changes.keys()}
        changed = dataclasses.replace(
            found, memory=dataclasses.replace(found.memory, **memory), **changes
        )
        monkeypatch.setattr(doctor, "describe_machine", lambda *_: changed)

    return change


def lines(done, mark):
    return [line for line in done.out.splitlines() if line.startswith(mark)]


def test_a_whole_installation_has_no_problem(ktdesk, machine) -> None:
    machine(available_bytes=64_000_000_000)
    done = ktdesk("doctor")
    assert (done.code, done.err, lines(done, "!!")) == (0, "", [])
    for part in ("KTDesk", "Python", "torch", "processor", "memory", "settings", "models folder"):
        assert f"\nok  {part:18}" in f"\n{done.out}"


def test_kernels_are_listed_by_instruction_set(ktdesk) -> None:
    out = ktdesk("doctor").out
    assert "ok  kernels           avx2: linear, embed\n" in out
    assert "ok  kernels           scalar: rope\n" in out


def test_a_missing_native_module_has_a_remedy(ktdesk, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ktdesk._native", None)
    done = ktdesk("doctor")
    assert done.code == 1
    assert any("The native module cannot be loaded" in line for line in lines(done, "!!"))
    assert "Install KTDesk again" in done.out


def test_little_memory_is_a_problem(ktdesk, machine) -> None:
    machine(available_bytes=1_000_000_000)
    done = ktdesk("doctor")
    assert done.code == 1
    assert any("Only 1.0 GB of" in line for line in lines(done, "!!"))


@pytest.fixture
def gpus(monkeypatch):
    """A GPU module that finds one card; a function that changes what it says."""

    def find(problem="", driver_version=13000, card_problem=None, **card):
        described = {
            "name": "Card",
            "memory_bytes": 24_000_000_000,
            "free_bytes": 20_000_000_000,
            "compute_capability": (8, 9),
            "pci_address": "0000:01:00.0",
            "problem": card_problem,
        } | card
        facts = SimpleNamespace(
            devices=[] if problem else [SimpleNamespace(**described)],
            driver="580.1",
            driver_version=driver_version,
            runtime_version=13000,
            problem=SimpleNamespace(text=problem, remedy="Mend it.") if problem else None,
        )
        module = SimpleNamespace(facts=lambda: facts)
        monkeypatch.setitem(sys.modules, "ktdesk._cuda", module)

    find()
    return find


CARD = "graphics card     Card · 24 GB, 20 GB free · compute capability 8.9 · driver 580.1"
UNUSED = "graphics card     Card is not used. "


def test_a_graphics_card_is_described(ktdesk, gpus) -> None:
    assert f"ok  {CARD} for CUDA 13.0\n" in ktdesk("doctor").out


def test_free_memory_may_be_unknown(ktdesk, gpus) -> None:
    gpus(free_bytes=None)
    assert "ok  graphics card     Card · 24 GB · compute" in ktdesk("doctor").out


def test_a_card_that_cannot_be_used_has_a_reason(ktdesk, gpus) -> None:
    gpus(card_problem=SimpleNamespace(text="It is too old.", remedy="Buy a newer one."))
    out = ktdesk("doctor").out
    assert f"--  {UNUSED}It is too old.\n" in out
    assert "Buy a newer one." in out


def test_a_driver_that_is_too_old_is_a_problem(ktdesk, gpus) -> None:
    gpus(problem="The driver is too old.", driver_version=12080)
    done = ktdesk("doctor")
    assert done.code == 1
    assert "!!  graphics card     The driver is too old. Models run on the" in done.out
    assert "Mend it." in done.out


def test_no_driver_is_worth_a_note(ktdesk, gpus) -> None:
    gpus(problem="No driver.", driver_version=0)
    said = "No NVIDIA driver is installed. Models run on the processor alone."
    assert f"--  graphics card     {said}\n" in ktdesk("doctor").out


@pytest.fixture
def no_gpu_support(monkeypatch):
    monkeypatch.setitem(sys.modules, "ktdesk._cuda", None)


def test_a_build_without_gpu_support_names_the_cards(ktdesk, machine, no_gpu_support) -> None:
    card = Gpu(
        name="Card",
        memory_bytes=24_000_000_000,
        free_bytes=20_000_000_000,
        compute_capability=(8, 9),
        driver="580.1",
        problem="This build has no GPU support.",
        remedy="Build it.",
    )
    machine(gpus=(card,), gpus_problem="")
    out = ktdesk("doctor").out
    assert f"ok  {CARD}\n" in out
    assert f"--  {UNUSED}This build has no GPU support.\n" in out


def test_no_graphics_card_is_worth_a_note(ktdesk, machine, no_gpu_support) -> None:
    machine(gpus=(), gpus_problem="No NVIDIA driver is installed.")
    assert any("No NVIDIA driver" in line for line in lines(ktdesk("doctor"), "--"))


def test_a_missing_package_is_a_problem(ktdesk, monkeypatch) -> None:
    def version(name):
        raise findings.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(findings.metadata, "version", version)
    assert "!!  torch             not installed" in ktdesk("doctor").out


@pytest.mark.logs("there is no log file")
@pytest.mark.logs("could not be set aside")
@pytest.mark.logs("cannot be read")
def test_a_folder_that_cannot_be_written(ktdesk, tmp_path, monkeypatch) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "taken"))
    done = ktdesk("doctor")
    assert done.code == 1
    assert any("cannot be written" in line for line in lines(done, "!!"))


def test_huge_pages_that_are_not_granted(ktdesk, machine) -> None:
    machine(has_huge_pages=False)
    assert any("huge pages" in line for line in lines(ktdesk("doctor"), "--"))


def test_a_full_disk(ktdesk, monkeypatch) -> None:
    usage = SimpleNamespace(total=2000, free=1000)
    monkeypatch.setattr(findings.shutil, "disk_usage", lambda path: usage)
    assert any("1.0 kB free" in line for line in lines(ktdesk("doctor"), "!!"))


@pytest.mark.logs("engine.threads is -1")
def test_settings_that_were_set_aside_are_named(ktdesk, home) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("[engine]\nthreads = -1")
    done = ktdesk("doctor")
    assert any("settings.toml.broken was set aside" in line for line in lines(done, "--"))


def test_models_are_listed_with_what_is_wrong(ktdesk, models) -> None:
    good = SimpleNamespace(
        name="Good", path="/m/a.gguf", architecture="llama", size_bytes=5000, problem=""
    )
    bad = SimpleNamespace(
        name="b", path="/m/b.gguf", architecture="", size_bytes=1, problem="It ends too soon."
    )
    models += [good, bad]
    done = ktdesk("doctor")
    assert "ok  model             Good · llama, 5.0 kB · /m/a.gguf" in done.out
    assert "--  model             /m/b.gguf: It ends too soon." in done.out


def test_json_has_the_same_findings(ktdesk) -> None:
    plain, as_json = ktdesk("doctor"), ktdesk("doctor", "--json")
    listed = json.loads(as_json.out)["findings"]
    assert {f["subject"] for f in listed} >= {"KTDesk", "torch", "memory", "settings"}
    for finding in listed:
        assert finding["subject"] in plain.out
        assert finding["verdict"] != "problem" or finding["remedy"]


def test_json_has_the_machine_and_what_is_to_be_done(ktdesk) -> None:
    found = json.loads(ktdesk("doctor", "--json").out)
    assert found["machine"]["memory"]["total_bytes"] > 0
    (tiles,) = (each for each in found["verdicts"] if each["code"] == "set_tiles_not_granted")
    assert tiles["text"] in {each["text"] for each in found["findings"]}


def test_figures_can_be_overruled_for_one_run(ktdesk) -> None:
    out = ktdesk("doctor", "--set", "memory_gb=5000", "--set", "bandwidth_gbs=77").out
    assert "5.0 TB" in out
    assert "read at 77 GB/s" in out
    assert "overruled         by the settings of [hardware]: memory_gb, bandwidth_gbs" in out


@pytest.mark.parametrize("figure", ["memory=3", "memory_gb", "memory_gb=x", "memory_gb=-1"])
def test_a_figure_that_makes_no_sense_is_wrong_usage(ktdesk, capsys, figure: str) -> None:
    with pytest.raises(SystemExit):
        ktdesk("doctor", "--set", figure)
    said = capsys.readouterr().err
    assert "Did you mean 'memory_gb'?" in said or "is not a whole number" in said


def test_the_settings_overrule_and_are_not_taken_for_measured(ktdesk, home, monkeypatch) -> None:
    """What is kept belongs to the machine as found: it is there again without the setting."""
    home.mkdir()
    (home / "settings.toml").write_text("[hardware]\ncores = 3\nint8_gops = 5\n")
    measured = Measured(measured_at="today", int8_ops_per_s=9e9, read_bytes_per_s={1: 8e9})
    module = SimpleNamespace(measure=lambda machine, **_: measured)
    monkeypatch.setitem(sys.modules, "ktdesk.probes.measure", module)
    out = ktdesk("doctor", "--measure").out
    assert "int8 5 GOP/s" in out
    assert "read at 8.0 GB/s" in out
    (home / "settings.toml").unlink()
    assert "int8 9 GOP/s" in ktdesk("doctor").out


def test_measuring_can_be_cancelled(ktdesk, monkeypatch) -> None:
    def measure(machine, *, progress, is_cancelled):
        os.kill(os.getpid(), signal.SIGINT)
        progress("Reading memory", 0.5)
        assert is_cancelled()
        raise Cancelled

    module = SimpleNamespace(measure=measure)
    monkeypatch.setitem(sys.modules, "ktdesk.probes.measure", module)
    done = ktdesk("doctor", "--measure")
    assert (done.code, done.out) == (130, "")
