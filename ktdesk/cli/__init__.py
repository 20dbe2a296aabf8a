# SPDX-License-Identifier: Apache-2.0
"""The command line: one module per command, and what happens when one fails.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 70 a fault of KTDesk;
130 interrupted; 141 nobody reads the output any more.
"""

from __future__ import annotations

import logging
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from ktdesk import __version__, log
from ktdesk.cli import (
    bench,
    chat,
    completion,
    demo,
    doctor,
    families,
    models,
    perplexity,
    placements,
    plan,
    remotes,
    run,
    serve,
    smoke_test,
    tokenize,
    updates,
)
from ktdesk.cli.parsers import Parser, UsageError, add_commands
from ktdesk.cli.program import EngineFactory, Program, new_engine
from ktdesk.cli.terminal import Terminal, use_utf8
from ktdesk.errors import Cancelled, KTDeskError
from ktdesk.settings import load_settings, log_folder

COMMANDS = {
    "run": run,
    "chat": chat,
    "serve": serve,
    "models": models,
    "remotes": remotes,
    "plan": plan,
    "placements": placements,
    "doctor": doctor,
    "bench": bench,
    "perplexity": perplexity,
    "tokenize": tokenize,
    "demo": demo,
    "families": families,
    "updates": updates,
    "completion": completion,
}
MORE = """\
for example:
  ktdesk run demo "Why is the sky blue?"
  ktdesk chat
  ktdesk models find deepseek
  ktdesk plan --help

Exit codes: 0 done; 1 failed, which a message explains; 2 wrong usage; 70 a
fault of KTDesk; 130 interrupted; 141 nobody reads the output any more.
"""
ERROR, WRONG_USE, FAULT, INTERRUPTED, NO_READER = 1, 2, 70, 130, 141

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None, *, make_engine: EngineFactory = new_engine) -> int:
    """Run one command and return its exit code. Wrong usage raises SystemExit, as argparse does.

    arguments: those of the process by default.
    """
    use_utf8()
    try:
        try:
            return _run(make_parser().parse_args(arguments), make_engine)
        finally:  # also after --help: at the end of the process it would be too late
            sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return NO_READER


def _run(chosen: Namespace, make_engine: EngineFactory) -> int:
    log_file = log.configure(log_folder(), to_stderr="WARNING")
    terminal = Terminal(sys.stdout, sys.stderr)
    try:
        return chosen.run(chosen, Program(terminal, load_settings(), make_engine))
    except KTDeskError as error:
        terminal.error(str(error), error.hint, as_json=chosen.json)
        return WRONG_USE if isinstance(error, UsageError) else ERROR
    except (KeyboardInterrupt, Cancelled):
        terminal.clear_progress()
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the user is told where the log is
        _log.exception("KTDesk has a fault")
        _report_fault(terminal, log_file, as_json=chosen.json)
        return FAULT


def make_parser() -> Parser:
    """Return what reads the command line."""
    parser = Parser(
        prog="ktdesk",
        description="Run very large mixture-of-experts models on this computer.",
        epilog=MORE,
    )
    parser.add_argument("--version", action="version", version=f"KTDesk {__version__}")
    parser.add_argument(
        "--smoke-test",
        dest="run",
        action="store_const",
        const=smoke_test.run,
        default=_no_command,
        help="try whether all parts of KTDesk work here, with the demo model",
    )
    parser.set_defaults(json=False)
    add_commands(parser, COMMANDS, "run", json_default=False)
    return parser


def _no_command(arguments: Namespace, program: Program) -> int:
    raise UsageError("No command is given.", hint="`ktdesk --help` lists them.")


def _report_fault(terminal: Terminal, log_file: Path | None, *, as_json: bool) -> None:
    where = f"Report it with the log: {log_file}" if log_file else "No log could be written."
    terminal.error("KTDesk has a fault; it is not your doing.", where, as_json=as_json)


def _discard_output() -> None:
    """Let nothing fail any more when Python writes out what is left at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
