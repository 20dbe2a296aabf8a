# SPDX-License-Identifier: Apache-2.0
"""The text of a PDF, read in a process of its own with limits on time and memory.

A file can be made so that reading it never ends, or takes all memory; here it then fails alone.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from ktdesk.errors import AttachmentError

TIME_S = 60.0
MEMORY_BYTES = 2 << 30  # of address space, where the system can limit it
MOST_PAGES = 3000
MOST_CHARACTERS = 10 << 20

_HINTS = {
    "encrypted": "It needs a password. Save a copy without one.",
    "broken": "It is damaged, or no PDF. Open it elsewhere and save it anew.",
    "empty": "It may be pictures of pages. Make their text readable with an OCR program first.",
    "memory": "It needs too much memory. Attach a part of it.",
    "time": f"Reading took longer than {TIME_S:.0f} s. Attach a part of it.",
}
_Answer = tuple[str, str, int, int]  # a key of _HINTS or '', the text, pages with text, all pages


def pdf_text(path: Path, name: str, *, time_s: float = TIME_S) -> tuple[str, str]:
    """Return the text of a PDF, and what is missing of it in words.

    Raises AttachmentError if nothing can be read.
    """
    problem, text, read, pages = _ask_worker(path, time_s)
    if problem:
        raise AttachmentError(f"The PDF {name} cannot be read.", hint=_HINTS[problem])
    note = "" if read == pages else f"{read} of {pages} pages have text"
    return text, note


def _ask_worker(path: Path, time_s: float) -> _Answer:
    context = multiprocessing.get_context("spawn")  # it inherits no locks of other threads
    mine, its = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(str(path), its), daemon=True)
    worker.start()
    its.close()
    try:
        return mine.recv() if mine.poll(time_s) else ("time", "", 0, 0)
    except EOFError:  # it was killed, or its memory did not even reach for an answer
        return ("memory", "", 0, 0)
    finally:
        mine.close()
        worker.kill()
        worker.join()
        worker.close()


def _work(path: str, answer: Connection) -> None:
    """Read a PDF and send what came of it. Runs in the process of its own."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        answer.send(_read(path))
    except MemoryError:
        answer.send(("memory", "", 0, 0))
    except Exception:  # noqa: BLE001 - whatever a broken file makes of the library
        answer.send(("broken", "", 0, 0))


def _read(path: str) -> _Answer:
    import logging

    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)  # what is odd about a file is no matter of ours
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        return "encrypted", "", 0, 0
    pages, parts, length = len(reader.pages), list[str](), 0
    for page in reader.pages[:MOST_PAGES]:
        text = page.extract_text().strip()
        if text:
            parts.append(text)
            length += len(text)
        if length > MOST_CHARACTERS:
            break
    if not parts:
        return "empty", "", 0, pages
    whole = "\n\n".join(parts).encode("utf-8", "replace").decode("utf-8")
    return "", whole, len(parts), pages
