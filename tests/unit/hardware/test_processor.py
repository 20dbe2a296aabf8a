# SPDX-License-Identifier: Apache-2.0
"""Cores and nodes: those this process may use, on machines larger than this one."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import psutil
import pytest

from ktdesk.hardware import logical_cores, physical_cores, processor


def test_two_threads_of_a_core_are_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [SimpleNamespace(cores=[[0, 128], [1, 129]]), SimpleNamespace(cores=[[64]])]
    monkeypatch.setattr(processor, "numa_nodes", lambda root: nodes)
    monkeypatch.setattr(processor, "cpu_limit", lambda process: None)
    assert physical_cores() == 3
    assert logical_cores() == 5


def test_a_quota_limits_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "cpu_limit", lambda process: 0.5)
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


def test_a_missing_native_module_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ktdesk._native", None)
    isas, problem = processor.kernel_sets()
    assert isas == ()
    assert problem.startswith("The native module cannot be loaded: ")
    assert processor.numa_nodes() == []
    assert physical_cores() >= 1
