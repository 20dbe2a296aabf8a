# SPDX-License-Identifier: Apache-2.0
"""Virtual machines, containers and power plans, by the words that systems have for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.hardware.power import is_slow_plan, power_plan, windows_plan
from ktdesk.hardware.virtual import container, hypervisor, hypervisor_of
from tests.unit.hardware.machines import write


@pytest.mark.parametrize(
    ("computer", "name"),
    [
        ("QEMU Standard PC (Q35 + ICH9, 2009)", "QEMU"),
        ("VMware, Inc. VMware20,1", "VMware"),
        ("Microsoft Corporation Virtual Machine", "Hyper-V"),
        ("Microsoft Corporation Surface Laptop 5", ""),
        ("Google Google Compute Engine", "Google Compute Engine"),
        ("Google Kled", ""),
        ("ASUS System Product Name", ""),
        ("", ""),
    ],
)
def test_makers_of_virtual_machines(computer: str, name: str) -> None:
    assert hypervisor_of(computer) == name


def test_a_virtual_machine_of_an_unknown_maker(tmp_path: Path) -> None:
    write(tmp_path, {"proc/cpuinfo": "flags\t\t: fpu hypervisor avx2\n"})
    assert hypervisor(tmp_path) == "unknown"


def test_a_machine_whose_board_is_made_by_a_maker_of_virtual_ones(tmp_path: Path) -> None:
    """Without the processor's flag it is a machine: Amazon's metal instances."""
    files = {"proc/cpuinfo": "flags\t\t: fpu avx2\n", "sys/class/dmi/id/sys_vendor": "Amazon EC2"}
    write(tmp_path, files)
    assert hypervisor(tmp_path) == ""


@pytest.mark.parametrize(
    ("file", "content", "kind"),
    [
        (".dockerenv", "", "docker"),
        ("run/.containerenv", "", "podman"),
        ("run/systemd/container", "lxc\n", "lxc"),
        ("proc/self/cgroup", "0::/kubepods.slice/x\n", "kubepods"),
        ("proc/self/cgroup", "0::/user.slice/session-1.scope\n", ""),
    ],
)
def test_containers(tmp_path: Path, file: str, content: str, kind: str) -> None:
    write(tmp_path, {file: content})
    assert container(tmp_path) == kind


CPU = "sys/devices/system/cpu/cpu0/cpufreq"


@pytest.mark.parametrize(
    ("files", "plan", "is_slow"),
    [
        ({f"{CPU}/scaling_governor": "powersave\n"}, "powersave", True),
        (
            {
                f"{CPU}/scaling_governor": "powersave\n",
                f"{CPU}/energy_performance_preference": "balance_performance\n",
            },
            "balance_performance",
            False,
        ),
        ({"sys/firmware/acpi/platform_profile": "low-power\n"}, "low-power", True),
        ({}, "", False),
    ],
)
def test_power_plans(tmp_path: Path, files: dict[str, str], plan: str, is_slow: bool) -> None:
    write(tmp_path, files)
    assert power_plan(tmp_path) == plan
    assert is_slow_plan(plan) == is_slow


def test_windows_plans_have_names_in_every_language() -> None:
    assert windows_plan("{381B4222-F694-41F0-9685-FF5BB260DF2E}") == "balanced"
    assert windows_plan("None") == ""
