# SPDX-License-Identifier: Apache-2.0
"""Fetch a model. Ctrl+C pauses; the same command goes on with it.

for example:
  ktdesk models get unsloth/DeepSeek-R1-GGUF:Q4_K_M
  ktdesk models get OWNER/NAME:Q4_K_M --to /mnt/models
  ktdesk models get OWNER/NAME:Q4_K_M --source modelscope
  ktdesk models get https://huggingface.co/OWNER/NAME/blob/main/FILE.gguf

Where several are queued, the one that is asked for comes first. All files are verified by their
checksums. Without a terminal, a line is said for each tenth of the way.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.cli.library.following import follow
from ktdesk.cli.library.opening import add_pace_arguments, open_hubs, open_queue, with_pace
from ktdesk.cli.library.wanted import add_repository_arguments, choose_variant, read_place
from ktdesk.cli.program import Program
from ktdesk.errors import DownloadError, format_bytes

if TYPE_CHECKING:
    from ktdesk.library.downloads.item import Item, Snapshot
    from ktdesk.library.downloads.queue import DownloadQueue
    from ktdesk.library.hub.sources import Place


def add_arguments(parser: ArgumentParser) -> None:
    """Add what is wanted, and where it goes."""
    add_repository_arguments(parser)
    help_text = "the folder of models that it goes to, into FOLDER/OWNER/NAME"
    parser.add_argument("--to", type=Path, metavar="FOLDER", help=help_text)
    add_pace_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Fetch it with progress, and print where the model is then."""
    program = with_pace(arguments, program)
    with open_hubs(program) as hubs, open_queue(program, hubs) as queue:
        place = read_place(arguments, hubs.sources)
        begun = _begun(place, arguments, queue.snapshot())
        order_id = begun.id if begun else _order(place, arguments.to, queue, program)
        if begun and arguments.source not in ("", begun.order.source):
            queue.change_source(begun.id, place.source.listing(place.repository, place.revision))
        queue.resume(order_id)
        queue.move_first(order_id)
        follow(queue, order_id, program)
        item = next(item for item in queue.snapshot().items if item.id == order_id)
    _print(item, program, as_json=arguments.json)
    return 0


def _begun(place: Place, arguments: Namespace, snapshot: Snapshot) -> Item | None:
    """Return the order that this was before, if it is on the list and not done.

    It goes on at its revision, though there may be a newer one by now.
    """
    for item in snapshot.items:
        order = item.order
        is_same = order.repository.casefold() == place.repository.casefold()
        if item.state.value == "done" or not is_same:
            continue
        if place.revision not in ("", order.revision):
            continue
        if arguments.to and not order.folder.is_relative_to(arguments.to.absolute()):
            continue
        try:
            choose_variant(place, order.files)
        except DownloadError:  # it is another variant
            continue
        return item
    return None


def _order(place: Place, to: Path | None, queue: DownloadQueue, program: Program) -> str:
    """Put it on the list; return its id."""
    from ktdesk.library.downloads.ordering import order_of
    from ktdesk.library.shelf.folders import downloads_folder

    listing = place.source.listing(place.repository, place.revision)
    variant = choose_variant(place, listing.files)
    root = (to or downloads_folder(program.settings)).expanduser().absolute()
    order = order_of(listing, variant, root)
    program.terminal.note(
        f"{order.title}, {format_bytes(order.size_bytes)}, from {place.source.title} "
        f"to {order.folder}"
    )
    return queue.add(order)


def _print(item: Item, program: Program, *, as_json: bool) -> None:
    paths = [item.order.folder / file.path for file in item.order.files]
    if as_json:
        program.terminal.json(
            {
                "title": item.order.title,
                "source": item.order.source,
                "repository": item.order.repository,
                "revision": item.order.revision,
                "size_bytes": item.order.size_bytes,
                "paths": [str(path) for path in paths],
            }
        )
    else:
        program.terminal.line(str(paths[0]))
