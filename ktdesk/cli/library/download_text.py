# SPDX-License-Identifier: Apache-2.0
"""How downloads are told: on a line of progress, in a list, and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ktdesk.errors import format_bytes, format_progress

if TYPE_CHECKING:
    from ktdesk.library.downloads.item import Item, Totals

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def state_text(item: Item) -> str:
    """Return where an order stands, in a word or two."""
    return f"waiting for {_WAITS[item.waits_for.value]}" if item.waits_for else item.state.value


_WAITS = {"night": "the night", "network": "the network", "space": "room on the disk"}


def amount_text(item: Item) -> str:
    """Return how far an order is: '38.2 of 404.0 GB, 112 MB/s, about 54 min left'."""
    done, total = format_progress(item.progress.done_bytes, item.progress.size_bytes)
    parts = [f"{done} of {total}"]
    if item.progress.bytes_per_s:
        parts.append(f"{format_bytes(round(item.progress.bytes_per_s))}/s")
    if item.remaining_s is not None:
        parts.append(remaining_text(item.remaining_s))
    return ", ".join(parts)


def remaining_text(seconds: float) -> str:
    """Return about how long something still takes."""
    if seconds < _MINUTE_S:
        return "less than a minute left"
    if seconds < _HOUR_S:
        return f"about {round(seconds / _MINUTE_S)} min left"
    if seconds < 2 * _DAY_S:
        hours, minutes = divmod(round(seconds / _MINUTE_S), 60)
        return f"about {hours} h {minutes} min left"
    return f"about {round(seconds / _DAY_S)} days left"


def fraction(item: Item) -> float:
    """Return the share that is done, 0 to 1."""
    size = item.progress.size_bytes
    return item.progress.done_bytes / size if size else float(item.state.value == "done")


def item_lines(item: Item) -> list[str]:
    """Return the lines of a list that are about one order."""
    order = item.order
    lines = [
        f"{item.id}  {order.title}  ({state_text(item)}, {fraction(item):.0%})",
        f"      {amount_text(item)}; {order.repository} from {order.source}",
        f"      {order.folder}",
    ]
    if item.failure:
        lines += [f"      {text}" for text in (item.failure.text, item.failure.hint) if text]
    elif item.progress.note:
        lines.append(f"      {item.progress.note}")
    return lines


def item_json(item: Item) -> dict[str, Any]:
    """Return what programs are told of an order. Sizes in bytes, times in seconds."""
    order, failure = item.order, item.failure
    return {
        "id": item.id,
        "title": order.title,
        "source": order.source,
        "repository": order.repository,
        "revision": order.revision,
        "folder": str(order.folder),
        "state": item.state.value,
        "waits_for": item.waits_for.value if item.waits_for else None,
        "size_bytes": item.progress.size_bytes,
        "done_bytes": item.progress.done_bytes,
        "bytes_per_s": item.progress.bytes_per_s,
        "remaining_s": item.remaining_s,
        "note": item.progress.note,
        "failure": failure
        and {
            "kind": failure.kind,
            "is_retryable": failure.is_retryable,
            "message": failure.text,
            "hint": failure.hint,
        },
        "files": [
            {
                "path": file.file.path,
                "size_bytes": file.file.size_bytes,
                "sha256": file.file.sha256,
                "state": file.state.value,
                "done_bytes": file.done_bytes,
            }
            for file in item.progress.files
        ],
    }


def total_text(totals: Totals) -> str:
    """Return how far all orders are together that are under way."""
    done, total = format_progress(totals.done_bytes, totals.size_bytes)
    count = "1 download" if totals.orders == 1 else f"{totals.orders} downloads"
    text = f"{count} under way: {done} of {total}"
    return text if totals.remaining_s is None else f"{text}, {remaining_text(totals.remaining_s)}"


def totals_json(totals: Totals) -> dict[str, Any]:
    """Return what programs are told of all orders that are under way."""
    return {
        "orders": totals.orders,
        "size_bytes": totals.size_bytes,
        "done_bytes": totals.done_bytes,
        "bytes_per_s": totals.bytes_per_s,
        "remaining_s": totals.remaining_s,
    }
