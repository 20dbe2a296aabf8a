# SPDX-License-Identifier: Apache-2.0
"""What of which repository somebody means on the command line."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ktdesk.errors import DownloadError, format_bytes

if TYPE_CHECKING:
    from ktdesk.library.hub.listing import RemoteFile, Variant
    from ktdesk.library.hub.sources import Place, Sources


def add_source_argument(parser: ArgumentParser) -> None:
    """Add --source."""
    help_text = "where to look, as `ktdesk models sources` names it; else the first one there"
    parser.add_argument("--source", metavar="ID", default="", help=help_text)


def add_repository_arguments(parser: ArgumentParser) -> None:
    """Add OWNER/NAME[:QUANT], --source and --revision."""
    help_text = "a model, or the address of its page, of a server, or a folder"
    parser.add_argument("model", metavar="OWNER/NAME[:QUANT]", help=help_text)
    add_source_argument(parser)
    help_text = "a branch, a tag or a commit; else the newest"
    parser.add_argument("--revision", metavar="NAME", default="", help=help_text)


def read_place(arguments: Namespace, sources: Sources) -> Place:
    """Return the repository that was named. Raises DownloadError if it was none."""
    from ktdesk.library.hub.words import Words

    place = sources.read(arguments.model)
    if isinstance(place, Words):
        raise DownloadError(
            f"{arguments.model!r} is not the name of a model, which has the form OWNER/NAME.",
            hint=f"`ktdesk models find {arguments.model}` searches for it.",
        )
    if arguments.source:
        place = replace(place, source=sources.find(arguments.source))
    return replace(place, revision=arguments.revision or place.revision)


def choose_variant(place: Place, files: Sequence[RemoteFile]) -> Variant:
    """Return the variant that is wanted of a repository's files; the only one if none is named.

    Raises DownloadError if that is not clear, with those there are.
    """
    from ktdesk.library.hub.variants import find_variant, no_models, variant_with, variants_of

    variants = variants_of(files)
    if not variants:
        raise no_models(place.repository, files)
    found = None
    if place.label:
        found = find_variant(variants, place.label)
    elif place.path:
        found = variant_with(variants, place.path)
    elif len(variants) == 1:
        found = variants[0]
    if found is None:
        raise _unclear(place, variants)
    return found


def _unclear(place: Place, variants: Sequence[Variant]) -> DownloadError:
    wanted = place.label or place.path
    known = ", ".join(f"{each.label} ({format_bytes(each.size_bytes)})" for each in variants)
    return DownloadError(
        f"{place.repository} has no {wanted}." if wanted else f"{place.repository} has several.",
        hint=f"Name one of these, such as {place.repository}:{variants[0].label}: {known}.",
        kind="missing",
    )
