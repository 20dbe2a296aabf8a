# SPDX-License-Identifier: Apache-2.0
"""Say what a repository has, and how each variant would run here. No weight is fetched.

for example:
  ktdesk models show unsloth/DeepSeek-R1-GGUF
  ktdesk models show OWNER/NAME:Q4_K_M --source modelscope
  ktdesk models show OWNER/NAME --quick
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ktdesk.cli.library.opening import Hubs, open_hubs
from ktdesk.cli.library.verdict_text import verdict_text
from ktdesk.cli.library.wanted import add_repository_arguments, choose_variant, read_place
from ktdesk.cli.program import Program
from ktdesk.errors import DownloadError, KTDeskError, format_bytes

if TYPE_CHECKING:
    from ktdesk.library.hub.appraisal import Appraisal
    from ktdesk.library.hub.listing import Listing, Variant
    from ktdesk.library.hub.sources import Place
    from ktdesk.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class _Row:
    """A variant, and what it would do here; or why that cannot be told."""

    variant: Variant
    appraisal: Appraisal | None = None
    problem: str = ""

    @property
    def plan(self) -> Plan | None:
        """How it would run here."""
        return self.appraisal.plan if self.appraisal else None


def add_arguments(parser: ArgumentParser) -> None:
    """Add what is asked about."""
    add_repository_arguments(parser)
    help_text = "do not read the files' headers, which say how a model would run here"
    parser.add_argument("--quick", action="store_true", help=help_text)


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each variant: name, size, how it would run."""
    from ktdesk.library.hub.variants import variants_of

    with open_hubs(program) as hubs:
        place = read_place(arguments, hubs.sources)
        listing = place.source.listing(place.repository, place.revision)
        wanted = _wanted(place, listing, variants_of(listing.files))
        if arguments.quick:
            rows = [_Row(variant) for variant in wanted]
        else:
            rows = list(_judged(place, listing, wanted, hubs, program))
    best = _best(rows)
    if arguments.json:
        program.terminal.json(_json(listing, rows, best))
        return 0
    about = [listing.licence or "licence not said", place.source.title, listing.revision[:12]]
    about += ["terms to accept"] if listing.is_gated else []
    is_named = "/" in listing.repository
    name = listing.repository if is_named else arguments.model
    program.terminal.line(f"{name}  ({', '.join(about)})")
    width = max((len(row.variant.label) for row in rows), default=0)
    for row in rows:
        mark = "*" if row.variant == best else " "
        program.terminal.line(f"{mark} {row.variant.label:{width}}  {_text(row)}")
    if best:
        program.terminal.note("* is the one to take here.")
    if is_named:
        program.terminal.note(f"`ktdesk models get {name}:QUANT` fetches one.")
    return 0


def _wanted(place: Place, listing: Listing, variants: Sequence[Variant]) -> Sequence[Variant]:
    """Return the variant that is named, else all. Raises DownloadError."""
    is_named = place.label or place.path or len(variants) < 2
    return [choose_variant(place, listing.files)] if is_named else variants


def _judged(
    place: Place, listing: Listing, variants: Sequence[Variant], hubs: Hubs, program: Program
) -> Iterator[_Row]:
    """Yield the variants with plans for this machine as it is now."""
    from ktdesk.library.hub.appraisal import Appraiser
    from ktdesk.library.hub.remote_header import RemoteHeaders

    appraiser = Appraiser(RemoteHeaders(hubs.web))
    for number, variant in enumerate(variants):
        program.terminal.progress(f"Planning {variant.label}", number / len(variants))
        try:
            yield _Row(
                variant,
                appraiser.appraise(place.source, listing, variant, program.settings.engine),
            )
        except DownloadError as error:
            if error.is_retryable:
                raise
            yield _Row(variant, problem=str(error))
        except KTDeskError as error:
            yield _Row(variant, problem=str(error))
    program.terminal.clear_progress()


def _best(rows: Sequence[_Row]) -> Variant | None:
    """Return the variant to take here, if that is known."""
    appraisals = [row.appraisal for row in rows if row.appraisal]
    if not appraisals:
        return None
    from ktdesk.library.hub.appraisal import recommended

    best = recommended(appraisals)
    return best.variant if best else None


def _text(row: _Row) -> str:
    variant = row.variant
    size = format_bytes(variant.size_bytes)
    files = f" in {len(variant.files)} files" if len(variant.files) > 1 else ""
    text = f"{size:>9}{files}"
    if variant.missing:
        return f"{text}; parts are missing: {', '.join(map(str, variant.missing))}"
    if row.plan is None:
        return f"{text}; {row.problem}" if row.problem else text
    return f"{text}; {verdict_text(row.plan)}"


def _json(listing: Listing, rows: Sequence[_Row], best: Variant | None) -> dict[str, Any]:
    return {
        "source": listing.source,
        "repository": listing.repository,
        "revision": listing.revision,
        "licence": listing.licence,
        "is_gated": listing.is_gated,
        "recommended": best.label if best else None,
        "variants": [
            {
                "label": row.variant.label,
                "size_bytes": row.variant.size_bytes,
                "missing": row.variant.missing,
                "files": [asdict(file) for file in row.variant.files],
                "fit": row.plan and row.plan.verdict.fit,
                "decode": row.plan
                and [
                    {"tokens": tokens, **asdict(speed.tokens_per_s), "limit": speed.limit}
                    for tokens, speed in row.plan.decode.items()
                ],
                "is_exact": row.appraisal and row.appraisal.is_exact,
                "problem": row.problem,
            }
            for row in rows
        ],
    }
