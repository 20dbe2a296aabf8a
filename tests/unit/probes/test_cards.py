# SPDX-License-Identifier: Apache-2.0
"""The probe of a card at small sizes: on the emulated GPU, or with `--gpu` on the card."""

from __future__ import annotations

from ktdesk.probes.cards import bus_bytes_per_s, product_ops_per_s, read_bytes_per_s
from tests.gpu.under_test import gpu_device


def test_a_card_has_speeds() -> None:
    device = gpu_device()
    to_card, from_card = bus_bytes_per_s(device, 1 << 16)
    assert to_card > 0
    assert from_card > 0
    assert read_bytes_per_s(device, 256, 2) > 0
    assert product_ops_per_s(device, 256, 32) > 0
