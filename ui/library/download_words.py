# SPDX-License-Identifier: Apache-2.0
"""Where a download stands, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import format_bytes
from ktdesk.library.downloads.item import Item, Snapshot, State, Wait
from ktdesk.library.fetch.order import FileProgress, FileState
from ui.error_texts import say
from ui.library.amounts import remaining_text, share_text, speed_text

translate = QCoreApplication.translate  # lupdate knows it by this name


def state_text(item: Item) -> str:
    """Return where an order stands."""
    if item.state is State.WAITING:
        return _wait_text(item.waits_for)
    return {
        State.QUEUED: translate("Downloads", "In the queue"),
        State.DOWNLOADING: translate("Downloads", "Downloading"),
        State.VERIFYING: translate("Downloads", "Checking what came"),
        State.PAUSED: translate("Downloads", "Paused"),
        State.DONE: translate("Downloads", "Complete"),
        State.FAILED: translate("Downloads", "Stopped"),
    }[item.state]


def _wait_text(waits_for: Wait | None) -> str:
    if waits_for is Wait.NIGHT:
        return translate("Downloads", "Waits for the night hours")
    if waits_for is Wait.SPACE:
        return translate("Downloads", "Waits for space on the disk")
    return translate("Downloads", "Waits for the network")


def amounts_text(item: Item) -> str:
    """Return how much is done, how fast it comes, and how long it will take."""
    progress = item.progress
    parts = [share_text(progress.done_bytes, progress.size_bytes)]
    if item.state is State.DONE:
        parts = [format_bytes(progress.size_bytes)]
    if item.state is State.DOWNLOADING:
        parts.append(speed_text(progress.bytes_per_s))
        parts.append(remaining_text(item.remaining_s) if item.remaining_s is not None else "")
    return " · ".join(filter(None, parts))


def reason_text(item: Item) -> str:
    """Return why an order stands still, and what can be done; '' if it does not."""
    if item.failure and item.state in (State.FAILED, State.WAITING):
        return f"{say(item.failure.text)} {say(item.failure.hint)}".strip()
    return say(item.progress.note) if item.state is State.DOWNLOADING else ""


def file_text(file: FileProgress) -> str:
    """Return where a file of an order stands."""
    words = {
        FileState.WAITING: translate("Downloads", "waiting"),
        FileState.FETCHING: translate("Downloads", "downloading"),
        FileState.VERIFYING: translate("Downloads", "being checked"),
        FileState.REPAIRING: translate("Downloads", "being repaired"),
        FileState.COMPLETE: translate("Downloads", "complete"),
    }
    size = share_text(file.done_bytes, file.file.size_bytes)
    if file.state is FileState.COMPLETE:
        size = format_bytes(file.file.size_bytes)
    return f"{words[file.state]} · {size}"


def total_text(snapshot: Snapshot) -> str:
    """Return what all downloads come to."""
    totals = snapshot.totals
    if not totals.orders:
        return translate("Downloads", "Nothing is being downloaded")
    speed = speed_text(totals.bytes_per_s) if totals.bytes_per_s else ""
    remaining = remaining_text(totals.remaining_s) if totals.remaining_s is not None else ""
    parts = (share_text(totals.done_bytes, totals.size_bytes), speed, remaining)
    return " · ".join(filter(None, parts))
