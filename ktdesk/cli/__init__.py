# SPDX-License-Identifier: Apache-2.0
"""The command line: one module per command, and what happens when one fails.

Exit codes: 0 done; 1 an error that the message explains; 2 wrong usage; 70 a fault of KTDesk;
130 interrupted; 141 nobody reads the output any more.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ktdesk import __version__, log
from ktdesk.cli import (
    bench,
    chat,
    demo,
    doctor,
    families,
    models,
    perplexity,
    placements,
    plan,
    serve,
)
from ktdesk.cli.program import EngineFactory, Program, new_engine
from ktdesk.cli.terminal import Terminal, use_utf8
from ktdesk.errors import Cancelled, KTDeskError
from ktdesk.settings import load_settings, log_folder

COMMANDS = (chat, serve, doctor, plan, placements, bench, perplexity, demo, models, families)
ERROR, FAULT, INTERRUPTED, NO_READER = 1, 70, 130, 141

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None, *, make_engine: EngineFactory = new_engine) -> int:
    """Run one command and return its exit code. Wrong usage raises SystemExit, as argparse does.

    arguments: those of the process by default.
    """
    use_utf8()
    chosen = _parser().parse_args(arguments)
    log_file = log.configure(log_folder(), to_stderr="WARNING")
    terminal = Terminal(sys.stdout, sys.stderr)
    try:
        program = Program(terminal, load_settings(), make_engine)
        code: int = chosen.run(chosen, program)
        terminal.flush()
    except KTDeskError as error:
        terminal.error(str(error), error.hint, as_json=chosen.json)
        return ERROR
    except (KeyboardInterrupt, Cancelled):
        terminal.clear_progress()
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return NO_READER
    except Exception:  # noqa: BLE001 - whatever it is, the user is told where the log is
        _log.exception("KTDesk has a fault")
        _report_fault(terminal, log_file, as_json=chosen.json)
        return FAULT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ktdesk", description="Run very large mixture-of-experts models on this computer."
    )
    parser.add_argument("--version", action="version", version=f"KTDesk {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        about = command.__doc__.partition("\n\n")[0] if command.__doc__ else ""
        name = command.__name__.rpartition(".")[2]
        own = commands.add_parser(name, help=about, description=about)
        own.add_argument("--json", action="store_true", help="print one JSON object")
        own.set_defaults(run=command.run)
        command.add_arguments(own)
    return parser


def _report_fault(terminal: Terminal, log_file: Path | None, *, as_json: bool) -> None:
    where = f"Report it with the log: {log_file}" if log_file else "No log could be written."
    terminal.error("KTDesk has a fault; it is not your doing.", where, as_json=as_json)


def _discard_output() -> None:
    """Let nothing fail any more when Python writes out what is left at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
