# SPDX-License-Identifier: Apache-2.0
"""The whole benchmark with sides that only say numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ktdesk.errors import KTDeskError
from tests.bench import __main__ as bench
from tests.bench.programs import BenchError


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run the benchmark without probe and peer; KTDesk does 7 tokens/s. Returns code and output."""

    def missing(*words: object) -> None:
        raise BenchError("There is no compiler.", hint="Install one.")

    monkeypatch.setattr(bench, "Probe", missing)
    monkeypatch.setattr(bench, "find_peer", missing)
    monkeypatch.setattr(bench, "model_file", lambda shape: Path(shape.name))
    monkeypatch.setattr(bench, "routing_lines", lambda path, threads: ["mean 48"])
    monkeypatch.setattr(bench, "sides", lambda *words: {"KTDesk": lambda work: 7.0})
    monkeypatch.setattr(bench.machine, "available_memory_bytes", lambda: 10**12)
    monkeypatch.setattr(bench.machine, "_LOOK_S", 0.01)

    def run(*arguments: str) -> tuple[int, str]:
        said: list[str] = []
        return bench.main(arguments, said.append), "\n".join(said)

    return run


def test_without_peer_and_compiler_ktdesk_is_measured_alone(run, tmp_path: Path) -> None:
    target = tmp_path / "rows.json"
    code, out = run("--work", "prefill-512", "decode-64", "--runs", "2", "--json", str(target))
    assert code == 0
    for part in (
        "limits are not measured. There is no compiler. Install one.",
        "llama.cpp is left out. There is no compiler.",
        "Load average",
        "DeepSeek-V3, 3 layers",
    ):
        assert part in out
    result = json.loads(target.read_text())
    assert {"machine", "flags", "load", "peak_gop_per_s"} < result.keys()
    names = [(row["model"], row["work"], row["median"]) for row in result["rows"]]
    works = ("prefill-512", "decode-64")
    assert names == [(m, w, 7) for m in ("v2-lite", "v3", "qwen3") for w in works]


def test_a_model_that_does_not_fit_is_left_out(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.machine, "available_memory_bytes", lambda: 5 * 10**9)
    code, out = run("--runs", "1")
    assert code == 0
    assert "v3 is left out. Not enough memory" in out
    assert "15 GB are needed, 5.0 GB are available" in out
    assert "\nv2-lite  prefill-512" in out


def test_nothing_measured_is_a_failure(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(shape: object) -> Path:
        raise KTDeskError("The disk is full.", hint="Free some space.")

    monkeypatch.setattr(bench, "model_file", full)
    code, out = run("--models", "v2-lite")
    assert code == 1
    assert "v2-lite is left out. The disk is full. Free some space." in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--runs", "0"),
        ("--threads", "x"),
        ("--models", "v4"),
        ("--work", "sleep"),
        ("--json", "/there/is/no/such/folder/rows.json"),
    ],
)
def test_wrong_options_are_wrong_usage(run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2


def test_without_the_package_there_is_no_comparison_with_it(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Path:
        raise BenchError("The package cannot be fetched.", hint="Connect to the network.")

    monkeypatch.setattr(bench.ik_llama, "find_package", missing)
    code, out = run("--avx2", "--runs", "1")
    assert code == 1
    assert "nothing to compare with. The package cannot be fetched. Connect to the network." in out
