# SPDX-License-Identifier: Apache-2.0
"""Say what KTDesk finds on this computer, what is wrong, and what to do about it.

for example:
  ktdesk doctor
  ktdesk doctor --measure
  ktdesk doctor --json
"""

from __future__ import annotations

import threading
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from ktdesk.cli.findings import Finding, examine
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.cli.setting_arguments import add_hardware_arguments, hardware_settings
from ktdesk.hardware import describe_machine
from ktdesk.hardware.measurements import write_measured
from ktdesk.hardware.verdicts import judge
from ktdesk.library.shelf.folders import model_folders

_MARKS = {"good": "ok", "note": "--", "warning": "! ", "problem": "!!"}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--measure",
        action="store_true",
        help="measure memory, processor, graphics cards and disks first, for some seconds",
    )
    add_hardware_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each finding; return 1 if there is a problem among them."""
    settings = hardware_settings(arguments, program.settings.hardware)
    folders = model_folders(program.settings)
    if arguments.measure:
        _measure(program)
    machine = describe_machine(folders, settings)
    findings = examine(program.settings, machine)
    if arguments.json:
        program.terminal.json(
            {
                "findings": [asdict(finding) for finding in findings],
                "machine": asdict(machine),
                "verdicts": [asdict(verdict) for verdict in judge(machine)],
            }
        )
    else:
        for finding in findings:
            program.terminal.line(_line(finding))
    return 1 if any(finding.verdict == "problem" for finding in findings) else 0


def _measure(program: Program) -> None:
    """Measure and keep it. Raises Cancelled after Ctrl+C."""
    from ktdesk.probes.measure import measure  # which loads torch

    machine = describe_machine(model_folders(program.settings))
    cancelled = threading.Event()
    with on_interrupt(cancelled.set):
        measured = measure(
            machine, progress=program.terminal.progress, is_cancelled=cancelled.is_set
        )
    program.terminal.clear_progress()
    write_measured(machine, measured)


def _line(finding: Finding) -> str:
    text = f"{_MARKS[finding.verdict]}  {finding.subject:18}{finding.text}"
    return f"{text}\n{'':22}{finding.remedy}" if finding.remedy else text
