# SPDX-License-Identifier: Apache-2.0
"""Makes an order of what a source offers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from ktdesk.errors import DownloadError
from ktdesk.formats.shards import place_in_name
from ktdesk.library.fetch.names import place
from ktdesk.library.fetch.order import Order
from ktdesk.library.hub.listing import Listing, Variant


def order_of(listing: Listing, variant: Variant, root: Path) -> Order:
    """Return the order of a variant, whose files go into root/owner/name.

    Files that are in no repository of a name go into a folder of their own name. The order's id is
    '': the queue gives one. Raises DownloadError if the repository lacks shards of the variant, or
    has a name that no folder should have.
    """
    if variant.missing:
        numbers = ", ".join(map(str, variant.missing))
        raise DownloadError(
            f"{listing.repository} lacks parts of {variant.label}: {numbers}.",
            hint="Choose another variant, or another repository.",
            kind="missing",
        )
    parts = PurePosixPath(listing.repository).parts[-2:] or (_stem(variant.files[0].path),)
    is_said = variant.label.casefold() in parts[-1].casefold()
    return Order(
        id="",
        title=parts[-1] if is_said else f"{parts[-1]} {variant.label}",
        source=listing.source,
        repository=listing.repository,
        revision=listing.revision,
        files=variant.files,
        folder=place(root, "/".join(parts)),
    )


def _stem(path: str) -> str:
    """Return what the names of a model's files have in common."""
    name = PurePosixPath(path).name
    shard = place_in_name(name)
    return shard[0] if shard else name.removesuffix(".gguf")


def same_order_elsewhere(order: Order, listing: Listing) -> Order:
    """Return an order for the same files from another source.

    Raises DownloadError unless size and sha256 of each are known to be the same.
    """
    theirs = {file.path: file for file in listing.files}
    for file in order.files:
        if not file.sha256 or theirs.get(file.path) != file:
            raise DownloadError(
                f"{listing.source} does not have the same {file.path}."
                if file.sha256
                else f"Nobody can tell whether {listing.source} has the same {file.path}: its "
                "checksum is not known.",
                hint="Go on from the source it was begun with, or order it anew elsewhere.",
                kind="changed",
            )
    return replace(
        order,
        source=listing.source,
        repository=listing.repository,
        revision=listing.revision,
    )
