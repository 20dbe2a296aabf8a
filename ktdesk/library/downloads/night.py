# SPDX-License-Identifier: Apache-2.0
"""The hours of the day in which downloads may run, by the clock on the wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Night:
    """From one time of the day to another, also over midnight. The same twice is the whole day.

    Everything is asked of the present wall clock, so that a clock that is set, or put forward for
    summer, needs nothing of its own.
    """

    begin: time
    end: time

    @classmethod
    def read(cls, begin: str, end: str) -> Night:
        """Return it from 'HH:MM' texts."""
        return cls(time.fromisoformat(begin), time.fromisoformat(end))

    def is_at(self, now: datetime) -> bool:
        """Return whether it is now."""
        clock = now.time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def next_begin(self, now: datetime) -> datetime:
        """Return when it begins next, after now."""
        today = datetime.combine(now.date(), self.begin, now.tzinfo)
        return today if today > now else today + timedelta(days=1)
