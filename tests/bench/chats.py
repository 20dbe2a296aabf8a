# SPDX-License-Identifier: Apache-2.0
"""What the store of chats takes for a long life of talking: `python -m tests.bench.chats`.

Fills a store with chats, then opens, searches and writes. Times are the median of several.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import time
from collections.abc import Callable

from ktdesk.chats import ChatStore, NewMessage, open_chats, temporary_chats

RUNS = 5
TEXT = (
    "the sky is blue because light of short waves is scattered more than that of long ones "
    "怎样泡一杯好茶 先把水烧开 然后冲泡三分钟 expert router attention memory token"
)
WORDS = TEXT.split()


def fill(store: ChatStore, chats: int, messages: int, long: int) -> int:
    """Add chats of a number of messages, and one long one; return the id of that."""
    chance = random.Random(1)
    sizes = [messages] * chats + [long]
    chat = 0
    for number, size in enumerate(sizes):
        parent: int | None = None
        with store.at_once():
            chat = store.chats.new(f"chat {number}")
            for at in range(size):
                role = "assistant" if at % 2 else "user"
                text = " ".join(chance.choices(WORDS, k=200 if at % 2 else 20))
                message = NewMessage(role=role, content=text)
                parent = store.messages.add(chat, message, parent_id=parent)
    return chat


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median time of some runs."""
    times: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="tests.bench.chats", description=__doc__)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=40, help="of each chat")
    parser.add_argument("--long", type=int, default=10_000, help="messages of one more chat")
    arguments = parser.parse_args()
    store = temporary_chats()
    chat = fill(store, arguments.chats, arguments.messages, arguments.long)
    path = store.messages.path(chat)
    answer = store.messages.begin(path[-2], model="", settings={})
    sizes = itertools.count(200_000, 100)
    works: dict[str, Callable[[], object]] = {
        "opening the store": lambda: open_chats(store.path).close(),
        "list of all chats": store.chats.all,
        "ids of the long chat": lambda: store.messages.path(chat),
        "its last 64 messages": lambda: store.messages.load(path[-64:]),
        "versions of these": lambda: store.messages.versions(path[-64:]),
        "all its messages": lambda: store.messages.load(path),
        "search 'scattered'": lambda: store.search("scattered"),
        "search 'nowhere'": lambda: store.search("nowhere"),
        "search '茶'": lambda: store.search("茶"),
        "search '冲泡'": lambda: store.search("冲泡"),
        "search '泡三分'": lambda: store.search("泡三分"),
        "search 'zq' (nowhere)": lambda: store.search("zq"),
        "storing 200,000 characters": lambda: store.messages.grow(answer, "x" * next(sizes)),
        "a question on the disk": lambda: store.messages.ask(
            chat, "why?", parent_id=path[-1], model="", settings={}
        ),
    }
    size = store.path.stat().st_size / 1e6
    count = arguments.chats * arguments.messages + arguments.long
    sys.stdout.write(f"{count} messages in {arguments.chats + 1} chats, {size:.0f} MB\n")
    for name, work in works.items():
        sys.stdout.write(f"{name:30}{milliseconds(work):10.2f} ms\n")
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
