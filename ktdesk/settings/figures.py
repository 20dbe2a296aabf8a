# SPDX-License-Identifier: Apache-2.0
"""What the user says of the machine, as settings."""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.settings.fields import Section, setting


@dataclass(frozen=True)
class HardwareSettings(Section):
    """What the user says of the machine, in place of what KTDesk finds. 0 leaves what is found.

    Giga and mega are 10^9 and 10^6.
    """

    name = "hardware"

    cores: int = setting(
        0, "Cores", "Physical cores; 0: those found.", low=0, high=1024, level="advanced"
    )
    memory_gb: int = setting(
        0,
        "Memory",
        "In all, also what is in use; 0: as found.",
        low=0,
        high=1 << 20,
        unit="GB",
        level="advanced",
    )
    available_gb: int = setting(
        0,
        "Free memory",
        "What models may take; 0: as found.",
        low=0,
        high=1 << 20,
        unit="GB",
        level="advanced",
    )
    bandwidth_gbs: int = setting(
        0,
        "Memory speed",
        "What all cores read; 0: as measured.",
        low=0,
        high=1 << 20,
        unit="GB/s",
        level="advanced",
    )
    int8_gops: int = setting(
        0,
        "Speed of int8 products",
        "Of all cores, with long prompts; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="GOP/s",
        level="advanced",
    )
    bf16_gops: int = setting(
        0,
        "Speed of bf16 products",
        "The same on tiles; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="GOP/s",
        level="advanced",
    )
    card_memory_mb: int = setting(
        0,
        "Memory of the card",
        "All that the first graphics card has; 0: as found.",
        low=0,
        high=1 << 24,
        unit="MB",
        level="advanced",
    )
    card_free_mb: int = setting(
        0,
        "Free memory of the card",
        "Of the first graphics card; 0: as found.",
        low=0,
        high=1 << 24,
        unit="MB",
        level="advanced",
    )
    card_bandwidth_gbs: int = setting(
        0,
        "Speed of the card's memory",
        "Of the first graphics card; 0: as measured.",
        low=0,
        high=1 << 20,
        unit="GB/s",
        level="advanced",
    )
    card_bf16_gops: int = setting(
        0,
        "Speed of the card's products",
        "Of the first graphics card, with long prompts; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="GOP/s",
        level="advanced",
    )
    to_card_gbs: int = setting(
        0,
        "Speed to the card",
        "Over the bus; 0: as measured.",
        low=0,
        high=1 << 20,
        unit="GB/s",
        level="advanced",
    )
    from_card_gbs: int = setting(
        0,
        "Speed from the card",
        "Over the bus; 0: as measured.",
        low=0,
        high=1 << 20,
        unit="GB/s",
        level="advanced",
    )
    disk_mbs: int = setting(
        0,
        "Disk speed",
        "Of the folders of models; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="MB/s",
        level="advanced",
    )
