# SPDX-License-Identifier: Apache-2.0
"""List the model families KTDesk runs, and what was compared of each.

for example:
  ktdesk families
  ktdesk families --json

The figures were measured with this version, and come with it: `python -m tests.families`.
"""

from __future__ import annotations

import json
import shutil
import textwrap
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from importlib import resources
from typing import Any

from ktdesk.cli.program import Program

FILE = "families.json"  # beside this file


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the cases came out equal."""

    equal: int
    cases: int

    def __str__(self) -> str:
        return f"{self.equal} of {self.cases}" if self.cases else "not compared"


@dataclass(frozen=True, slots=True)
class Family:
    """An architecture and what was measured of it.

    logits_error: the largest difference to the reference, relative to its largest logit.
    llama_cpp: per weight type, how many of llama.cpp's tokens are KTDesk's likeliest, too.
    llama_cpp_models: per weight type, with how many of the small models.
    """

    architecture: str
    models: str
    features: tuple[str, ...]
    small_models: int
    logits_error: float
    tokenizers: Share
    templates: Share
    llama_cpp: dict[str, Share]
    llama_cpp_models: dict[str, int]

    @classmethod
    def read(cls, values: dict[str, Any]) -> Family:
        """Return it from the file's JSON."""
        known = dict(values, features=tuple(values["features"]))
        for name in ("tokenizers", "templates"):
            known[name] = Share(**known[name])
        known["llama_cpp"] = {kind: Share(**s) for kind, s in known["llama_cpp"].items()}
        return cls(**known)

    @property
    def agreement(self) -> str:
        """With llama.cpp, in words."""
        return ", ".join(map(self._agreement_of, self.llama_cpp))

    def _agreement_of(self, kind: str) -> str:
        share, models = self.llama_cpp[kind], self.llama_cpp_models[kind]
        text = f"{kind} {share}"
        return f"{text} ({models} of {self.small_models} small models)" if models else text


def read_data() -> dict[str, Any]:
    """Return what was measured, with version and date."""
    return json.loads((resources.files("ktdesk") / "cli" / FILE).read_text("utf-8"))


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command: it has none of its own."""
    del parser


def run(arguments: Namespace, program: Program) -> int:
    """Print a few lines for each family."""
    data = read_data()
    if arguments.json:
        program.terminal.json(data)
        return 0
    columns = max(40, min(shutil.get_terminal_size().columns, 100))
    for values in data["families"]:
        for line in _lines(Family.read(values), columns):
            program.terminal.line(line)
    program.terminal.note(f"Measured on {data['date']} with KTDesk {data['version']}.")
    return 0


def _lines(family: Family, columns: int) -> list[str]:
    figures = (
        ("features", ", ".join(family.features)),
        ("logits error", f"{family.logits_error:.1e} ({family.small_models} small models)"),
        ("tokeniser", str(family.tokenizers)),
        ("templates", str(family.templates)),
        ("llama.cpp", family.agreement),
    )
    lines = [f"{family.architecture}  ({family.models})"]
    for name, text in figures:
        begin = f"    {name:14}"
        lines += textwrap.wrap(
            text, columns, initial_indent=begin, subsequent_indent=" " * len(begin)
        )
    return lines
