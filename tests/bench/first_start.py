# SPDX-License-Identifier: Apache-2.0
"""How long a person takes to the first answer: `python -m tests.bench.first_start`.

The walk is that of tests/gui/end_to_end/test_first_start.py, with a real small model and a server
on this machine. What the machine itself takes, to fetch a model for one, is not in it.
"""

from __future__ import annotations

import sys

import pytest

from ktdesk.cli.terminal import Terminal

WALKS = "tests/gui/end_to_end/test_first_start.py"


class Walks:
    """Collects what the tests count."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test has recorded, once it has ended."""
        if report.when == "teardown" and report.user_properties:
            self.rows.append(dict(report.user_properties))


def main() -> int:
    """Print a line for each walk; return 1 if one takes too long or fails."""
    walks, terminal = Walks(), Terminal(sys.stdout, sys.stderr)
    code = pytest.main(["-q", "--no-header", WALKS], plugins=[walks])
    for row in walks.rows:
        way = str(row["way"]).removeprefix("test_").replace("_", " ")
        terminal.line(
            f"{way}, {row['machine']}, {row['language']}: {row['seconds']:.0f} s for a person: "
            f"{row['words']} words, {row['characters']} characters, {row['presses']} presses, "
            f"{row['keys']} keys"
        )
    return int(code != 0)


if __name__ == "__main__":
    sys.exit(main())
