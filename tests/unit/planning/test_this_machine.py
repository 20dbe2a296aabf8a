# SPDX-License-Identifier: Apache-2.0
"""The machine that plans are for: without the model that would be replaced."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
import torch

from ktdesk.devices.cuda import CudaDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware import describe_machine
from ktdesk.hardware.figures import overrule
from ktdesk.hardware.measurements import hardware_key
from ktdesk.planning.plan import Wishes
from ktdesk.planning.record import Outcome, keep_outcomes
from ktdesk.planning.this_machine import machine_here, open_planner, without_model
from ktdesk.settings import HardwareSettings, Settings, config_file, save_settings
from tests.gpu.under_test import emulated_module
from tests.tiny.olmoe import tiny_olmoe
from tests.unit.planning.machines import GB, card, machine


def test_what_a_loaded_model_takes_of_the_memory_counts_as_free() -> None:
    before = without_model(machine(64)).memory.available_bytes
    weights = np.ones(GB // 5, dtype=np.uint8)
    after = without_model(machine(64)).memory.available_bytes
    # Other parts of the process may give memory back meanwhile.
    assert after - before > 0.9 * weights.nbytes
    assert without_model(machine(8.001)).memory.available_bytes <= 8.001 * GB


def test_what_it_takes_of_a_card_counts_as_free_until_it_is_gone() -> None:
    def free_bytes() -> int:
        return without_model(machine(64, card(used_gib=4))).gpus[0].free_bytes

    gc.collect()  # what other tests have left
    before = free_bytes()
    device = CudaDevice(emulated_module(), 0, 100_000_000)
    tensor = device.empty(10_000_000, dtype=torch.uint8)
    assert free_bytes() - before == device.arena.used_bytes >= 10_000_000
    del device, tensor
    assert free_bytes() == before


def test_speeds_of_this_machine_correct_what_is_planned_on_it(tmp_path: Path) -> None:
    path = tiny_olmoe(tmp_path / "tiny.gguf").path
    name, key = Checkpoint.open(path).name, hardware_key(describe_machine())
    wishes = Wishes(context_tokens=64)
    before = open_planner(path).plan(wishes).decode[0].tokens_per_s.middle
    for machine_key in (key, "another"):
        keep_outcomes([Outcome(machine_key, name, "cpu_only", "decode", 10.0, 30.0, "")])
    planner = open_planner(path)
    assert [outcome.machine for outcome in planner.measured] == [key]
    after = planner.plan(wishes).decode[0].tokens_per_s.middle
    # The correction is all that is new.
    assert after == pytest.approx(3 * before, rel=1e-6)


def test_the_users_figures_are_what_is_planned_for(tmp_path: Path) -> None:
    path = tiny_olmoe(tmp_path / "tiny.gguf").path
    figures = HardwareSettings(bandwidth_gbs=400, available_gb=5000, disk_mbs=123, cores=3)
    save_settings(Settings(hardware=figures), config_file())
    here = open_planner(path).machine
    assert here.memory.read_bytes_per_s == 400e9
    assert here.memory.available_bytes == 5000 * GB
    assert here.processor.physical_cores == 3
    assert [disk.read_bytes_per_s for disk in here.disks] == [123e6]
    assert hardware_key(here) == hardware_key(machine_here(tmp_path))


def test_what_the_user_says_is_free_is_free() -> None:
    said = HardwareSettings(available_gb=50, card_free_mb=9000)
    on = without_model(overrule(machine(64, card(), card()), said))
    assert on.memory.available_bytes == 50 * GB
    assert [gpu.free_bytes for gpu in on.gpus] == [9 * GB, card().free_bytes]
