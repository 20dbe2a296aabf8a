# SPDX-License-Identifier: Apache-2.0
"""Print a script with which a shell completes commands, options, models and placements.

for example:
  ktdesk completion bash >> ~/.bashrc
  ktdesk completion zsh > ~/.zfunc/_ktdesk
  ktdesk completion fish > ~/.config/fish/completions/ktdesk.fish
  ktdesk completion powershell >> $PROFILE

It takes effect in shells that are opened from then on. In zsh the folder has
to be in fpath before compinit runs.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from ktdesk.cli.completing import Names, complete
from ktdesk.cli.completion_scripts import SCRIPTS
from ktdesk.cli.model_choice import DEMO, found_models, usable_models
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.placement_files import shipped_files


def add_arguments(parser: ArgumentParser) -> None:
    """Add the shell."""
    parser.add_argument("shell", choices=SCRIPTS, nargs="?", help="the shell that is to complete")
    parser.add_argument(
        "--words",
        action="store_true",
        help="what the scripts ask: read the words behind `ktdesk` from standard input, one a "
        "line, and print what the last one can become",
    )


def run(arguments: Namespace, program: Program) -> int:
    """Print a script, or the candidates for a word."""
    if arguments.words:
        return _complete(program, as_json=arguments.json)
    if arguments.shell is None:
        raise UsageError("It is not said which shell.", hint=f"One of: {', '.join(SCRIPTS)}.")
    script = SCRIPTS[arguments.shell].lstrip("\n")
    if arguments.json:
        program.terminal.json({"shell": arguments.shell, "script": script})
    else:
        program.terminal.write(script)
    return 0


def _complete(program: Program, *, as_json: bool) -> int:
    from ktdesk.cli import make_parser

    def here() -> list[str]:
        return [model.id for model in found_models(program.settings)]

    def usable() -> list[str]:
        found = [model.id for model in usable_models(program.settings) if not model.problem]
        return [DEMO, *found]

    names: Names = {
        "MODEL": usable,
        "PATH|NAME": usable,
        "MODEL|FILE": here,
        "NAME|FILE": lambda: sorted(shipped_files()),
    }
    found = complete(make_parser(), sys.stdin.read().splitlines(), names)
    if as_json:
        rows = [{"word": each.word, "about": each.about} for each in found]
        program.terminal.json({"candidates": rows})
        return 0
    for each in found:
        program.terminal.line(f"{each.word}\t{each.about}")
    return 0
