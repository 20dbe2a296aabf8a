# SPDX-License-Identifier: Apache-2.0
"""How long a chat of very many messages takes to open: `python -m tests.bench.opening`.

From the store to painted, at its end; then to the middle, to the beginning, and pages up.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import psutil

from ktdesk.chats import ChatStore, NewMessage, temporary_chats
from tests.bench.chat_window import SAMPLE, application, conversation, settle
from ui.chat.messages import MessageList

PAGES = 40


def fill(store: ChatStore, count: int) -> int:
    """Return a chat with a number of messages."""
    chat = store.chats.new("long")
    parent: int | None = None
    with store.at_once():
        for at in range(count):
            role = "assistant" if at % 2 else "user"
            text = SAMPLE if at % 2 else f"Question number {at}, of a line or so?"
            parent = store.messages.add(chat, NewMessage(role=role, content=text), parent_id=parent)
    return chat


def timed(work: Callable[[], object]) -> float:
    """Return the milliseconds that something takes."""
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="tests.bench.opening", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    arguments = parser.parse_args()
    app = application()
    store = temporary_chats()
    chat = fill(store, arguments.messages)
    messages = MessageList(store)
    view = conversation(app, messages)
    bar = view.verticalScrollBar()
    before = psutil.Process().memory_info().rss

    def show() -> None:
        messages.show(store.messages.path(chat))
        settle(app)

    def scroll(value: int) -> None:
        bar.setValue(value)
        settle(app)

    lines = [f"opening {arguments.messages} messages at the end {timed(show):8.0f} ms"]
    for name, share in (("the middle", 0.5), ("the beginning", 0.0)):
        lines.append(f"to {name:13}{timed(lambda: scroll(int(bar.maximum() * share))):25.0f} ms")  # noqa: B023
    scroll(bar.maximum() // 2)
    pages = sorted(timed(lambda: scroll(bar.value() - bar.pageStep())) for _ in range(PAGES))
    steps = sorted(timed(lambda: scroll(bar.value() - 60)) for _ in range(PAGES))
    lines.append(f"a page up, median {statistics.median(pages):.0f}, most {pages[-1]:.0f} ms")
    lines.append(
        f"a turn of the wheel, median {statistics.median(steps):.1f}, most {steps[-1]:.0f} ms"
    )
    lines.append(f"memory {(psutil.Process().memory_info().rss - before) / 1e6:.0f} MB more")
    sys.stdout.write("\n".join(lines) + "\n")
    view.close()
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
