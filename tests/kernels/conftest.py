# SPDX-License-Identifier: Apache-2.0
"""Every test that takes a stream runs on each instruction set of this machine."""

from __future__ import annotations

import pytest

from ktdesk import _native
from ktdesk._native import Stream
from ktdesk.kernels.streams import open_stream


@pytest.fixture(params=_native.isas())
def stream(request: pytest.FixtureRequest) -> Stream:
    return open_stream(3, request.param)
