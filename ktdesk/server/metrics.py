# SPDX-License-Identifier: Apache-2.0
"""Counters of the server, in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ktdesk.runtime.request import Stats

_HELP = {
    "ktdesk_requests_total": "Requests by API and status.",
    "ktdesk_prompt_tokens_total": "Tokens of prompts.",
    "ktdesk_cached_tokens_total": "Tokens of prompts that did not have to be read.",
    "ktdesk_generated_tokens_total": "Tokens of answers.",
    "ktdesk_prefill_seconds_total": "Time in which prompts were read.",
    "ktdesk_decode_seconds_total": "Time in which answers were written.",
}


class Metrics:
    """What has happened since the server began. Used by the event loop alone."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._totals: dict[str, float] = dict.fromkeys(list(_HELP)[1:], 0)

    def count_request(self, dialect: str, status: int) -> None:
        """Note that a request was answered."""
        self._requests[dialect, status] += 1

    def count_answer(self, stats: Stats) -> None:
        """Note what an answer took."""
        for name, value in (
            ("prompt_tokens", stats.prompt_tokens),
            ("cached_tokens", stats.cached_tokens),
            ("generated_tokens", stats.generated_tokens),
            ("prefill_seconds", stats.prefill_s),
            ("decode_seconds", stats.decode_s),
        ):
            self._totals[f"ktdesk_{name}_total"] += value

    def text(self, present: Mapping[str, tuple[str, float]]) -> str:
        """Return all of it. present: the help and the value of what is so now, by name."""
        return "\n".join([*self._lines(present), ""])

    def _lines(self, present: Mapping[str, tuple[str, float]]) -> Iterator[str]:
        yield from _heading("ktdesk_requests_total", _HELP["ktdesk_requests_total"], "counter")
        for (dialect, status), count in sorted(self._requests.items()):
            yield f'ktdesk_requests_total{{api="{dialect}",status="{status}"}} {count}'
        for name, value in self._totals.items():
            yield from _heading(name, _HELP[name], "counter")
            yield f"{name} {value}"
        for name, (about, value) in present.items():
            yield from _heading(name, about, "gauge")
            yield f"{name} {value}"


def _heading(name: str, about: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
