# SPDX-License-Identifier: Apache-2.0
"""What showing the next piece of an answer costs: `python -m tests.bench.flush`.

From parsing to painting, in the GUI thread, for answers of 1000 to 200,000 characters: text of all
kinds, and one long block of code. The memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

import psutil
from PySide6.QtWidgets import QApplication

from ktdesk.chats import temporary_chats
from tests.bench.chat_window import SAMPLE, application, conversation, settle
from ui.chat.conversation_view import ConversationView
from ui.chat.messages import ChatMessage, MessageList, MessageState

SIZES = (1_000, 5_000, 20_000, 50_000, 100_000, 200_000)
PIECE = 20  # characters that come in a 30th of a second, at 150 tokens/s
CODE = "```python\n" + "    value = compute(value, 12345)  # a line of a long program\n" * 4000
PARAGRAPH = "words of one paragraph that never ends, " * 6000
LIST = "- an item of a list that goes on and on\n" * 6000


def grow(
    app: QApplication, view: ConversationView, row: ChatMessage, text: str, flushes: int
) -> list[str]:
    """Return a line of figures for each size."""
    lines: list[str] = []
    messages = view._messages
    for size in SIZES:
        messages.set_ahead(replace(row, text=text[:size]))
        for _ in range(100):  # until the code that came at once has its colours
            settle(app)
        times: list[float] = []
        work: list[float] = []  # of the thread itself, which another program cannot slow down
        for flush in range(1, flushes + 1):
            message = replace(row, text=text[: size + flush * PIECE])
            view._pause.stop()  # which would let a slow one be seldom
            start, worked = time.perf_counter(), time.thread_time()
            messages.set_ahead(message)
            settle(app)
            times.append(1e3 * (time.perf_counter() - start))
            work.append(1e3 * (time.thread_time() - worked))
        times.sort()
        work.sort()
        memory = psutil.Process().memory_info().rss / 1e6
        middle, high = times[len(times) // 2], times[int(len(times) * 0.99)]
        middle_work, high_work = work[len(work) // 2], work[int(len(work) * 0.99)]
        figures = (middle, high, middle_work, high_work)
        columns = "".join(f"{figure:12.2f}" for figure in figures)
        lines.append(f"{size:9,}{columns} ms{memory:9.0f} MB")
    return lines


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="tests.bench.flush", description=__doc__)
    parser.add_argument("--flushes", type=int, default=200)
    arguments = parser.parse_args()
    app = application()
    store = temporary_chats()
    texts = {"everything": SAMPLE * 300, "code": CODE, "one list": LIST, "one paragraph": PARAGRAPH}
    for name, text in texts.items():
        chat = store.chats.new(name)
        store.messages.ask(chat, "Write a long answer.", parent_id=None, model="", settings={})
        messages = MessageList(store)
        messages.show(store.messages.path(chat))
        view: ConversationView = conversation(app, messages)
        growing = replace(messages[1], state=MessageState.GROWING)
        sys.stdout.write(f"{name}\ncharacters      median        99 %  work median   work 99 %\n")
        sys.stdout.write("\n".join(grow(app, view, growing, text, arguments.flushes)) + "\n")
        view.close()
        view.deleteLater()
        settle(app)
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
