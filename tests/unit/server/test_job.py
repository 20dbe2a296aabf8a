# SPDX-License-Identifier: Apache-2.0
"""What comes of a job, where it is waited for."""

from __future__ import annotations

import asyncio

import pytest

from ktdesk.runtime.request import Token
from ktdesk.server.delivery import Delivery
from ktdesk.server.job import Job


@pytest.mark.parametrize("turns", range(6))
def test_who_is_cancelled_as_an_item_comes_waits_for_no_more(turns: int) -> None:
    async def cancelled_in_between() -> None:
        job = Job(None, lambda engine: iter(()), delivery=Delivery(asyncio.get_running_loop()))
        waiting = asyncio.ensure_future(job.next())
        await asyncio.sleep(0)
        job.put(Token(1, "a"))
        for _ in range(turns):  # of the loop, in which the item makes its way
            await asyncio.sleep(0)
        if waiting.cancel():
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert await job.next() == Token(1, "a")
        else:
            assert await waiting == Token(1, "a")

    asyncio.run(cancelled_in_between())
