# SPDX-License-Identifier: Apache-2.0
"""Slots, operators, placements and kernels belong together without gaps."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from ktdesk.kernels import attention, cpu, experts, native, reference
from ktdesk.operators.base import Slot
from ktdesk.operators.placement import Placement
from ktdesk.operators.registry import find, options_of

ROOT = Path(__file__).parents[2]
SLOTS = sorted(Slot.__subclasses__(), key=lambda slot: slot.kind)
PLACEMENTS = sorted(path.stem for path in (ROOT / "ktdesk" / "placements").iterdir())
KERNELS = re.findall(
    r"^ +X\((\w+),", (ROOT / "native/include/kt/kernels.h").read_text("utf-8"), re.MULTILINE
)
# Steps of one definition.
PARTS = {
    "expert_plan": "experts",
    "experts_up": "experts",
    "experts_down": "experts",
    "attention_merge": "attention",
}
# Wrapped together with another.
FOLLOWERS = {"attention_merge"}
# One expression of torch, or an encoding: their tests write out what is expected.
PLAIN = {"add", "store_rows", "quantize", "to_bf16", "interleave", "requantize"}


def test_there_is_something_to_check() -> None:
    assert SLOTS
    assert "cpu_only" in PLACEMENTS
    assert set(KERNELS) > PARTS.keys() | PLAIN


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.kind)
def test_every_slot_has_a_torch_operator_that_fills_it(slot: type[Slot]) -> None:
    operator = find(f"{slot.kind}.torch")
    assert issubclass(operator, slot)
    assert not inspect.isabstract(operator)
    assert options_of(operator) >= {"device", "card"}  # on the CPU and on any card


@pytest.mark.parametrize("name", PLACEMENTS)
def test_every_placement_that_comes_with_ktdesk_can_be_read(name: str) -> None:
    assert Placement.load(name).rules


@pytest.mark.parametrize("kernel", sorted(set(KERNELS) - FOLLOWERS))
def test_every_kernel_has_a_checked_wrapper(kernel: str) -> None:
    modules = attention, cpu, experts, native
    assert any(inspect.isfunction(getattr(module, kernel, None)) for module in modules)


@pytest.mark.parametrize("kernel", [k for k in KERNELS if k not in PLAIN])
def test_every_kernel_is_defined_in_torch(kernel: str) -> None:
    assert inspect.isfunction(getattr(reference, PARTS.get(kernel, kernel), None))
