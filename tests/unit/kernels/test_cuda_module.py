# SPDX-License-Identifier: Apache-2.0
"""The GPU module: absent, broken, without cards, and what becomes of its errors."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from ktdesk.errors import DeviceError, MemoryShortage
from ktdesk.hardware import cuda_build
from ktdesk.kernels import cuda_module


def problem(text: str, remedy: str = "Mend it."):
    return SimpleNamespace(text=text, remedy=remedy) if text else None


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch):
    """A module whose facts a test may set."""

    def find(*cards: SimpleNamespace, reason: str = "") -> None:
        module = ModuleType("ktdesk._cuda")
        facts = SimpleNamespace(devices=list(cards), problem=problem(reason))
        module.facts = lambda: facts  # pyright: ignore[reportAttributeAccessIssue]
        monkeypatch.setitem(sys.modules, "ktdesk._cuda", module)

    return find


def card(name: str, reason: str = "") -> SimpleNamespace:
    return SimpleNamespace(name=name, problem=problem(reason))


def test_a_build_without_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ktdesk._cuda", None)
    with pytest.raises(DeviceError, match="no GPU support") as caught:
        cuda_module.load_cuda()
    assert "make.py cuda" in caught.value.hint


def test_a_module_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise ImportError("wrong ELF class")

    monkeypatch.setattr(cuda_build.importlib, "import_module", fail)
    with pytest.raises(DeviceError, match="cannot be loaded: wrong ELF class"):
        cuda_module.load_cuda()


def test_what_keeps_all_cards_from_being_used(finds) -> None:
    finds(reason="The driver is too old.")
    with pytest.raises(DeviceError, match="The driver is too old") as caught:
        cuda_module.find_cards()
    assert caught.value.hint == "Mend it."


def test_cards_are_found(finds) -> None:
    finds(card("A"), card("B", "It is too old."))
    assert [found.name for found in cuda_module.find_cards()] == ["A", "B"]
    assert cuda_module.require_card(0).name == "A"
    with pytest.raises(DeviceError, match=r"B: It is too old\.") as caught:
        cuda_module.require_card(1)
    assert caught.value.hint == "Mend it."
    with pytest.raises(DeviceError, match="no graphics card 2: the driver finds 2"):
        cuda_module.require_card(2)


def test_a_shortage_says_what_is_needed_and_what_to_lower() -> None:
    error = cuda_module.memory_shortage(3_000_000_000, 1_000_000_000, 24_000_000_000)
    assert isinstance(error, MemoryShortage)
    assert (error.needed_bytes, error.available_bytes) == (3_000_000_000, 1_000_000_000)
    assert "of which 24 GB may be used: 3.0 GB are needed, 1.0 GB are available" in str(error)
    for way_out in ("context", "cache", "layers", "--vram"):
        assert way_out in error.hint


def test_other_errors_have_hints() -> None:
    failed = cuda_module.device_error("launch failed", is_shortage=False)
    assert "launch failed" in str(failed)
    assert "again" in failed.hint
    assert "context" in cuda_module.device_error("out of memory", is_shortage=True).hint
    lost = cuda_module.handoff_error("job 3 did not end")
    assert "job 3 did not end" in str(lost)
    assert "Load the model again" in lost.hint
    assert "2.0 GB" in str(cuda_module.pinned_shortage(2_000_000_000))
