# SPDX-License-Identifier: Apache-2.0
"""Every test that takes a stream runs on each instruction set here, and on emulated tiles."""

from __future__ import annotations

import pytest

from ktdesk import _native
from ktdesk._native import Stream
from ktdesk.kernels.streams import open_stream


@pytest.fixture(params=[*_native.isas(), "amx_emulated"])
def stream(request: pytest.FixtureRequest) -> Stream:
    stream = open_stream(3, request.param)
    if request.param == "amx_emulated" and not stream.has_tiles:
        pytest.skip("emulated tiles need AVX-512")
    return stream
