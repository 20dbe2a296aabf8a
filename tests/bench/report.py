# SPDX-License-Identifier: Apache-2.0
"""From measurements to rows, and from rows to a table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.shapes import Shape
from tests.bench.work import Work, bytes_per_token, operations_per_token

KTDESK = "KTDesk"


@dataclass(frozen=True, slots=True)
class Sample:
    """One run, and what could be read from memory around it."""

    tokens_per_s: float
    read_gb_per_s: float


@dataclass(frozen=True, slots=True)
class Row:
    """What one side did. Speeds are in tokens per second.

    ratio: KTDesk's median by the better one of its peer; of KTDesk's rows where there is a peer.
    share: of what the machine can do at most, which is `limit` (GB/s or 10^9 operations/s); 0
    where it is not known.
    """

    model: str
    work: str
    side: str
    median: float
    low: float
    high: float
    ratio: float | None
    share: float | None
    limit: float
    limit_unit: str
    samples: tuple[float, ...]


def make_rows(
    shape: Shape, work: Work, sides: Mapping[str, Sequence[Sample]], peak_gop_per_s: float
) -> list[Row]:
    """Return a row for each side that has samples."""
    medians = {
        side: statistics.median(sample.tokens_per_s for sample in samples)
        for side, samples in sides.items()
        if samples
    }
    peers = [median for side, median in medians.items() if side != KTDESK]
    rows: list[Row] = []
    for side, median in medians.items():
        speeds = tuple(sample.tokens_per_s for sample in sides[side])
        ratio = median / max(peers) if side == KTDESK and peers else None
        limit, share, unit = _share(shape, work, sides[side], peak_gop_per_s)
        rows.append(
            Row(
                shape.name,
                work.name,
                side,
                median,
                min(speeds),
                max(speeds),
                ratio,
                share,
                limit,
                unit,
                speeds,
            )
        )
    return rows


def _share(
    shape: Shape, work: Work, samples: Sequence[Sample], peak_gop_per_s: float
) -> tuple[float, float | None, str]:
    """Return the limit, the median share of it, and its unit.

    Memory limits the generation of tokens, arithmetic the reading of prompts.
    """
    if work.prompt:
        needed = operations_per_token(shape) * 1e-9
        limits = [peak_gop_per_s] * len(samples)
        unit = "GOP/s"
    else:
        # Half of the generated tokens are there on average.
        needed = bytes_per_token(shape, work.depth + work.generated // 2) * 1e-9
        limits = [sample.read_gb_per_s for sample in samples]
        unit = "GB/s"
    limit = statistics.median(limits)
    if not limit:
        return 0.0, None, unit
    pairs = zip(samples, limits, strict=True)
    shares = [sample.tokens_per_s * needed / each for sample, each in pairs if each]
    return limit, statistics.median(shares), unit


HEADER = (
    f"{'model':9}{'work':22}{'side':22}{'tokens/s':>9}{'lowest':>9}{'highest':>9}{'ratio':>7}"
    f"{'share':>7}  of"
)


def line(row: Row) -> str:
    """Return a row as the table shows it."""
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    share, limit = "", ""
    if row.share is not None:
        share, limit = f"{row.share:.1%}", f"  {row.limit:.0f} {row.limit_unit}"
    return (
        f"{row.model:9}{row.work:22}{row.side:22}{row.median:9.2f}{row.low:9.2f}{row.high:9.2f}"
        f"{ratio:>7}{share:>7}{limit}"
    )
