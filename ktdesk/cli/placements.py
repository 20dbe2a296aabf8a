# SPDX-License-Identifier: Apache-2.0
"""List the placements that come with KTDesk, or say what one does; files can extend them.

for example:
  ktdesk placements
  ktdesk placements one_gpu > my.yaml
  ktdesk chat --placement my.yaml
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ktdesk.cli.program import Program


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    help_text = "show the rules of this one, to be edited and used with --placement"
    parser.add_argument("name", metavar="NAME|FILE", nargs="?", help=help_text)


def run(arguments: Namespace, program: Program) -> int:
    """Print one line for each placement, or the whole file of one."""
    from ktdesk.operators.placement import Placement, shipped_placements

    name = arguments.name
    placements = [Placement.load(name)] if name else shipped_placements()
    if arguments.json:
        told = [{"name": p.name, "about": p.about, "text": p.write()} for p in placements]
        program.terminal.json({"placements": told})
    elif name:
        program.terminal.write(placements[0].write())
    else:
        for placement in placements:
            program.terminal.line(f"{placement.name:12}  {placement.about}")
    return 0
