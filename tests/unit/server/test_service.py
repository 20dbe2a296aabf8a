# SPDX-License-Identifier: Apache-2.0
"""What a server takes before it runs."""

from __future__ import annotations

import threading

from ktdesk.engine import Engine
from ktdesk.server.service import Service
from ktdesk.settings import SamplingSettings, ServerSettings


def test_one_that_never_runs_has_no_thread_that_would_hold_up_the_programs_end() -> None:
    before = threading.enumerate()
    service = Service(
        Engine(threads=1), list, None, ServerSettings(port=0), lambda path: SamplingSettings()
    )
    assert threading.enumerate() == before
    service._socket.close()
