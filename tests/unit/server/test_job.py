# SPDX-License-Identifier: Apache-2.0
"""What comes of a job, where it is waited for."""

from __future__ import annotations

import asyncio

import pytest

from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import NOTHING_DONE, Done, Prefill, Token
from ktdesk.server.delivery import Delivery
from ktdesk.server.job import Item, Job


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


def test_all_that_comes_before_the_loop_looks_wakes_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def taken() -> list[list[Item]]:
        loop = asyncio.get_running_loop()
        wake, wakings = loop.call_soon_threadsafe, list[object]()
        monkeypatch.setattr(
            loop, "call_soon_threadsafe", lambda call: (wakings.append(call), wake(call))
        )
        delivery = Delivery(loop)
        jobs = [Job(None, lambda engine: iter(()), delivery=delivery) for _ in range(8)]
        items: list[list[Item]] = [[] for _ in jobs]
        for step in range(3):
            for job in jobs:
                job.put(Token(step, "a"))
            for job, found in zip(jobs, items, strict=True):
                found.append(await job.next())
        assert len(wakings) == 3
        return items

    assert asyncio.run(taken()) == [[Token(step, "a") for step in range(3)]] * 8


def test_of_progress_in_quick_succession_the_first_word_of_each_kind_is_kept() -> None:
    async def taken() -> list[Item]:
        job = Job(None, lambda engine: iter(()), delivery=Delivery(asyncio.get_running_loop()))
        for share in (0.1, 0.2):
            job.put(LoadProgress("Reading", share))
        for done in (1, 2):
            job.put(Prefill(done, 9))
        job.put(Done("end", NOTHING_DONE))
        return [item async for item in job.items()]

    expected = [LoadProgress("Reading", 0.1), Prefill(1, 9), Done("end", NOTHING_DONE)]
    assert asyncio.run(taken()) == expected
