# SPDX-License-Identifier: Apache-2.0
"""A download that is killed again and again ends with the same files, and wastes little."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faulty_server import Fault, FaultyServer
from tests.integration.downloads import killed
from tests.integration.downloads.orders import QUICK, check_files, serve

KILLS = 100
BLOCK = 128 << 10
TUNING = replace(QUICK, connections=2, block_bytes=BLOCK, commit_s=0.01)
SPEED = 1_000_000  # bytes a second of each connection, so that blocks take longer than nothing
LONGEST_S = 0.25


@pytest.mark.slow
def test_nothing_is_lost_by_being_killed(server: FaultyServer, tmp_path: Path) -> None:
    """After each kill at most one block of each connection is fetched again.

    A connection asks for one block at a time, and for the next one only when the last is on the
    disk and in the journal. So whatever a kill undoes, and whatever was still under way to the
    program, is of one block of each connection. Here parts of blocks are written down, too.
    """
    seed = random.Random(7)
    kills = rounds = 0
    while kills < KILLS:
        rounds += 1
        folder = tmp_path / str(rounds)
        order = serve(server, folder, **{"a.gguf": 24 * BLOCK + 11, "b.gguf": 8 * BLOCK})
        for file in order.files:
            server.fail_always(f"/{file.path}", Fault(drip_bytes_per_s=SPEED))
        before, kills_before = server.sent_bytes(), kills
        while True:
            process = killed.start(order, server.url, TUNING)
            process.join(seed.uniform(0, LONGEST_S) if kills < KILLS else None)
            if process.exitcode is not None:
                break
            process.kill()
            process.join()
            kills += 1
        assert process.exitcode == 0
        check_files(order, server)
        again = server.sent_bytes() - before - order.size_bytes
        assert 0 <= again <= (kills - kills_before) * TUNING.connections * BLOCK
