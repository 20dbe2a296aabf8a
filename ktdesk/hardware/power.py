# SPDX-License-Identifier: Apache-2.0
"""The power plan in force, and whether the machine is a laptop."""

from __future__ import annotations

from pathlib import Path

from ktdesk.hardware.system_files import LINUX, folders, read_text

# What Windows calls its own plans, whatever the language.
_WINDOWS_PLANS = {
    "381b4222-f694-41f0-9685-ff5bb260df2e": "balanced",
    "8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c": "high performance",
    "e9a42b02-d5df-448d-aa00-03f14749eb61": "ultimate performance",
    "a1841308-3541-4fab-bc81-f71556f20b4a": "power saver",
}
_SLOW = ("power saver", "powersave", "low-power", "quiet", "power", "conservative")


def power_plan(root: Path = LINUX) -> str:
    """Return Linux's word for how it trades speed for power; '' if it says none.

    The platform's profile comes first: with it the governor 'powersave' is what is usual.
    """
    cpu = root / "sys/devices/system/cpu/cpu0/cpufreq"
    return (
        read_text(root / "sys/firmware/acpi/platform_profile")
        or read_text(cpu / "energy_performance_preference")
        or read_text(cpu / "scaling_governor")
    )


def windows_plan(scheme: str) -> str:
    """Return the name of the plan with this identifier, '' for one that others have made."""
    return _WINDOWS_PLANS.get(scheme.strip("{} ").lower(), "")


def is_slow_plan(plan: str) -> bool:
    """Whether a plan keeps the processor from its full speed."""
    return plan in _SLOW


def has_battery(root: Path = LINUX) -> bool:
    """Whether there is a battery that the machine runs on, not that of a mouse."""
    return any(
        read_text(supply / "type") == "Battery" and read_text(supply / "scope") != "Device"
        for supply in folders(root / "sys/class/power_supply", "*")
    )
