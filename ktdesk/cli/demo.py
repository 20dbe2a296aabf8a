# SPDX-License-Identifier: Apache-2.0
"""Build the demo models, or check those that are there, and say where they are.

for example:
  ktdesk demo
  ktdesk demo --source SmolLM2-135M-Instruct-f16.gguf
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ktdesk.cli.model_choice import demo_models
from ktdesk.cli.program import Program


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--source", metavar="FILE", type=Path, help="the model file to build from, if you have it"
    )


def run(arguments: Namespace, program: Program) -> int:
    """Print the path of each demo model."""
    models = demo_models(program, source=arguments.source)
    paths = {"deepseek2": str(models.deepseek2), "llama": str(models.llama)}
    if arguments.json:
        program.terminal.json(paths)
    else:
        for architecture, path in paths.items():
            program.terminal.line(f"{architecture:10} {path}")
    return 0
