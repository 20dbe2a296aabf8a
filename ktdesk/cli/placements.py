# SPDX-License-Identifier: Apache-2.0
"""List the placements that come with KTDesk, or say what one does; files can extend them.

for example:
  ktdesk placements
  ktdesk placements one_gpu > my.yaml
  ktdesk chat --placement my.yaml
  ktdesk plan gpt-oss-120b.gguf --placement gpt_oss_120b_24gb

The first ones are for all models; the others say which model and which cards they are for. Without
--placement KTDesk chooses by itself what fits; `ktdesk plan MODEL --write FILE` writes that down.

A rule for experts.host may leave some of a layer's experts on the card, `with: {resident: 16}` the
first ones or `with: {resident: [3, 40-47]}` these; the processor computes the others meanwhile.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ktdesk.cli.program import Program

if TYPE_CHECKING:
    from ktdesk.operators.placement import Placement


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
        program.terminal.json({"placements": [_json(placement) for placement in placements]})
    elif name:
        program.terminal.write(placements[0].write())
    else:
        width = max(len(placement.name) for placement in placements)
        for placement in placements:
            program.terminal.line(f"{placement.name:{width}}  {placement.about}")
    return 0


def _json(placement: Placement) -> dict[str, str]:
    return {
        "name": placement.name,
        "model": placement.model,
        "about": placement.about,
        "text": placement.write(),
    }
