# SPDX-License-Identifier: Apache-2.0
"""Cores and nodes: those this process may use, on machines larger than this one."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from ktdesk.hardware import logical_cores, physical_cores, processor


@pytest.fixture
def cpus(tmp_path: Path) -> Path:
    """128 cores of two hardware threads each, numbered as servers number them."""
    for cpu in range(256):
        folder = tmp_path / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{cpu % 128},{cpu % 128 + 128}\n")
    return tmp_path


def test_two_threads_of_a_core_are_one_core(cpus: Path) -> None:
    assert processor.count_cores(set(range(256)), cpus) == 128
    assert processor.count_cores({0, 128}, cpus) == 1
    assert processor.count_cores({0, 1, 128}, cpus) == 2


def test_without_topology_each_thread_is_a_core(tmp_path: Path) -> None:
    assert processor.count_cores({0, 1, 2}, tmp_path) == 3


def test_a_quota_limits_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "cpu_limit", lambda: 0.5)
    assert physical_cores() == 1
    assert logical_cores() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is asked for the affinity")
def test_affinity_limits_the_cores() -> None:
    process = psutil.Process()
    before = process.cpu_affinity()
    process.cpu_affinity(before[:1])
    try:
        assert physical_cores() == 1
    finally:
        process.cpu_affinity(before)


def test_a_system_that_says_nothing_has_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "_allowed_cpus", set)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: None)
    monkeypatch.setattr(processor.os, "cpu_count", lambda: None)
    assert physical_cores() == 1


def test_nodes_are_counted_or_unknown(tmp_path: Path) -> None:
    assert processor.numa_nodes(tmp_path) is None
    for name in ("node0", "node1", "nodes_online"):
        (tmp_path / name).mkdir()
    assert processor.numa_nodes(tmp_path) == 2


def test_a_missing_native_module_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ktdesk._native", None)
    isas, problem = processor.instruction_sets()
    assert isas == ()
    assert problem.startswith("The native module cannot be loaded: ")
