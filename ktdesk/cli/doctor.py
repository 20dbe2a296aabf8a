# SPDX-License-Identifier: Apache-2.0
"""Say what KTDesk finds on this computer, what is wrong, and what to do about it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from ktdesk.cli.findings import Finding, examine
from ktdesk.cli.program import Program

_VERDICTS = {"good": "ok", "note": "--", "problem": "!!"}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command: it has none of its own."""
    del parser


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each finding; return 1 if there is a problem among them."""
    findings = examine(program.settings)
    if arguments.json:
        program.terminal.json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            program.terminal.line(_line(finding))
    return 1 if any(finding.verdict == "problem" for finding in findings) else 0


def _line(finding: Finding) -> str:
    text = f"{_VERDICTS[finding.verdict]}  {finding.subject:18}{finding.text}"
    return f"{text}\n{'':22}{finding.remedy}" if finding.remedy else text
