# SPDX-License-Identifier: Apache-2.0
"""`ktdesk --smoke-test`: whether what was installed is whole; the demo model answers eight tokens.

The window's program beside this one then does the same, without a display.
"""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from ktdesk.cli.answer import ask
from ktdesk.cli.model_choice import demo_models
from ktdesk.cli.program import Program
from ktdesk.errors import KTDeskError
from ktdesk.hardware.versions import versions
from ktdesk.runtime.request import Options, Request
from ktdesk.text.messages import Message

TOKENS = 8
ANY_TEXT = "start: /(.|\\n)*/"  # a grammar, since that needs a library of its own
WINDOW_ENDS_WITHIN_S = 600


def run(arguments: Namespace, program: Program) -> int:
    """Print what works; return 0 if all does. Raises KTDeskError where something does not."""
    del arguments
    for subject, version in versions():
        program.terminal.line(f"{subject:12}{version}")
    engine = program.make_engine(0)
    engine.load(demo_models(program).deepseek2, context_tokens=512)
    options = Options(max_tokens=TOKENS, temperature=0.0, grammar=ANY_TEXT)
    request = Request(messages=(Message("user", "Hello"),), options=options)
    answer = ask(engine, request, program.terminal, is_shown=False)
    if len(answer.tokens) != TOKENS:
        raise KTDeskError(
            f"The demo model answered with {len(answer.tokens)} tokens instead of {TOKENS}.",
            hint="Install KTDesk again, and report it if that does not help.",
        )
    program.terminal.line(f"{'answer':12}{answer.text!r}")
    sys.stdout.flush()  # the other program writes behind it
    return subprocess.run(
        [*window_program(), "--smoke-test"],
        stdin=subprocess.DEVNULL,
        timeout=WINDOW_ENDS_WITHIN_S,
        check=False,
    ).returncode


def window_program() -> list[str]:
    """Return the command that opens the window: the frozen program beside this one, or `ui`."""
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "ui"]
    here = Path(sys.executable)
    return [str(here.with_name(f"ktdesk-app{here.suffix}"))]
