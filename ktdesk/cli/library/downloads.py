# SPDX-License-Identifier: Apache-2.0
"""List the downloads, or pause, resume, remove or reorder them, or work on them.

for example:
  ktdesk models downloads
  ktdesk models downloads pause all
  ktdesk models downloads sources 3f2a
  ktdesk models downloads resume 3f2a --source modelscope
  ktdesk models downloads first 3f2a
  ktdesk models downloads remove 3f2a --delete-files
  ktdesk models downloads run

What is queued is fetched while KTDesk's window is open, or while `ktdesk models get` or
`ktdesk models downloads run` runs.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ktdesk.cli.library.download_text import item_json, item_lines, total_text, totals_json
from ktdesk.cli.library.following import follow_all
from ktdesk.cli.library.opening import (
    Hubs,
    add_pace_arguments,
    open_hubs,
    open_queue,
    with_pace,
)
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.errors import DownloadError

if TYPE_CHECKING:
    from ktdesk.library.downloads.item import Item, Snapshot
    from ktdesk.library.downloads.queue import DownloadQueue

ACTIONS = ("pause", "resume", "remove", "first", "sources", "run")


def add_arguments(parser: ArgumentParser) -> None:
    """Add what is to be done, and with which downloads."""
    parser.add_argument("action", nargs="?", choices=ACTIONS, help="what to do; else list them")
    parser.add_argument("ids", metavar="ID", nargs="*", help="of the list; all: all of them")
    help_text = "resume: go on from this source, if it has the same files"
    parser.add_argument("--source", metavar="ID", default="", help=help_text)
    help_text = "remove: delete what was fetched, too"
    parser.add_argument("--delete-files", action="store_true", help=help_text)
    add_pace_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Do what was asked for, and print the list as it is then."""
    program = with_pace(arguments, program)
    with open_hubs(program) as hubs, open_queue(program, hubs) as queue:
        if arguments.action == "run":
            follow_all(queue, program)
        elif arguments.action == "sources":
            chosen = _chosen(arguments.ids, queue.snapshot())
            _print_sources(chosen, hubs, program, as_json=arguments.json)
            return 0
        elif arguments.action:
            for item in _chosen(arguments.ids, queue.snapshot()):
                _act(arguments, item, queue, hubs, program)
        _print(queue.snapshot(), program, as_json=arguments.json)
    return 0


def _chosen(ids: list[str], snapshot: Snapshot) -> list[Item]:
    """Return the orders that were named, by their ids or the beginnings of them."""
    if not ids:
        raise UsageError("It is not said which download.", hint="Name its ID, as listed; or all.")
    if ids == ["all"]:
        return list(snapshot.items)
    return [_named(each, snapshot) for each in ids]


def _named(begin: str, snapshot: Snapshot) -> Item:
    found = [item for item in snapshot.items if item.id.startswith(begin)]
    if len(found) != 1:
        many = "More than one" if found else "No"
        raise DownloadError(
            f"{many} download has an ID that begins with {begin!r}.",
            hint="`ktdesk models downloads` lists them.",
        )
    return found[0]


def _act(
    arguments: Namespace, item: Item, queue: DownloadQueue, hubs: Hubs, program: Program
) -> None:
    match arguments.action:
        case "pause":
            queue.pause(item.id)
        case "resume" if arguments.source:
            source = hubs.sources.find(arguments.source)
            queue.change_source(item.id, source.listing(item.order.repository))
        case "resume":
            queue.resume(item.id)
        case "first":
            queue.move_first(item.id)
        case _:
            _remove(item, queue, program, deletes_files=arguments.delete_files)


def _remove(item: Item, queue: DownloadQueue, program: Program, *, deletes_files: bool) -> None:
    files = queue.files(item.id)
    queue.remove(item.id, delete_files=deletes_files)
    said = "These files are deleted:" if deletes_files else "These files stay:"
    if files:
        program.terminal.note("\n    ".join([said, *map(str, files)]))


def _print_sources(items: list[Item], hubs: Hubs, program: Program, *, as_json: bool) -> None:
    """Print the sources that have the same files as orders, by sizes and checksums."""
    from ktdesk.library.hub.same_files import listings_with

    found = {
        item: [
            source.id
            for source, _ in listings_with(
                hubs.sources.all, item.order.repository, item.order.files
            )
        ]
        for item in items
    }
    if as_json:
        rows = [{"id": item.id, "sources": sources} for item, sources in found.items()]
        program.terminal.json({"downloads": rows})
        return
    for item, sources in found.items():
        program.terminal.line(f"{item.id}  {', '.join(sources) or 'no source that can be reached'}")


def _print(snapshot: Snapshot, program: Program, *, as_json: bool) -> None:
    terminal = program.terminal
    if as_json:
        terminal.json(
            {
                "downloads": [item_json(item) for item in snapshot.items],
                "totals": totals_json(snapshot.totals),
                "is_driven": snapshot.is_driven,
                "notice": snapshot.notice,
            }
        )
        return
    for item in snapshot.items:
        for line in item_lines(item):
            terminal.line(line)
    if not snapshot.items:
        terminal.note("There are no downloads. `ktdesk models get` begins one.")
    elif snapshot.totals.orders:
        terminal.note(total_text(snapshot.totals))
        if not snapshot.is_driven:
            terminal.note("Nobody works on them now: `ktdesk models downloads run` does.")
