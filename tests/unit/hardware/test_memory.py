# SPDX-License-Identifier: Apache-2.0
"""What the system does not tell of memory and of programs, and a shell's limit."""

from __future__ import annotations

import psutil
import pytest

from ktdesk.hardware import memory


@pytest.mark.parametrize("error", [RuntimeError, PermissionError])
def test_swap_may_be_unknown(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(psutil, "swap_memory", fail)
    assert memory.swap_bytes() == (0, 0)


@pytest.mark.parametrize("error", [psutil.AccessDenied, PermissionError])
def test_programs_may_be_hidden(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(psutil, "process_iter", fail)
    assert memory.largest_programs() == ()


def test_a_shells_limit_counts_what_is_mapped_already(monkeypatch: pytest.MonkeyPatch) -> None:
    mapped = psutil.Process().memory_info().vms
    monkeypatch.setattr(memory, "address_space_bytes", lambda: mapped + (64 << 20))
    assert memory.memory_limited_by() in ("ulimit", "")  # '' where the machine has less than that
    assert memory.available_memory_bytes() <= 64 << 20
    monkeypatch.setattr(memory, "address_space_bytes", lambda: 1 << 20)
    assert memory.memory_limited_by() == "ulimit"
    assert (memory.total_memory_bytes(), memory.available_memory_bytes()) == (1 << 20, 0)
