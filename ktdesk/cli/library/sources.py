# SPDX-License-Identifier: Apache-2.0
"""List the sources of models, or add one, set its token, or measure how fast they are.

for example:
  ktdesk models sources
  ktdesk models sources add http://server.lan/models
  ktdesk models sources add /media/stick/models
  ktdesk models sources prefer modelscope
  ktdesk models sources token huggingface
  ktdesk models sources take-token huggingface
  ktdesk models sources test
  ktdesk models sources test unsloth/DeepSeek-R1-GGUF

A token is read from the keyboard, and not shown; from a pipe where there is one. It is kept in the
system's store of secrets, and sent to no other host. For a plain server it may be NAME:PASSWORD.
"""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktdesk.cli.library.opening import Hubs, open_hubs
from ktdesk.cli.library.source_speeds import print_speeds
from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program
from ktdesk.errors import DownloadError
from ktdesk.library.hub.addresses import HUGGING_FACE
from ktdesk.library.hub.own_sources import with_source, without_source
from ktdesk.settings import SourcesSettings, describe, save_settings

if TYPE_CHECKING:
    pass

_ACTIONS = ("add", "remove", "prefer", "token", "take-token", "forget-token", "test")
_KEPT = {
    "keyring": "The token is kept in the system's store of secrets.",
    "session": "This system has no store of secrets that works, so the token is not kept. "
    "For Hugging Face, set HF_TOKEN instead.",
    "environment": "The token in HF_TOKEN is used, whatever is set here.",
    "nowhere": "There is no token any more.",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Add what is to be done, and with which source."""
    help_text = "%(choices)s; else list them"
    parser.add_argument("action", metavar="ACTION", nargs="?", choices=_ACTIONS, help=help_text)
    help_text = (
        "as listed; to add one, the address of a server, or a folder; "
        "to test them, a model that they have"
    )
    parser.add_argument("source", metavar="SOURCE", nargs="?", default="", help=help_text)


def run(arguments: Namespace, program: Program) -> int:
    """Do what was asked for, and print one line for each source."""
    action, name = arguments.action, arguments.source
    if action not in (None, "test") and not name:
        raise UsageError("It is not said which source.", hint="`ktdesk models sources` lists them.")
    if action in _CHANGES:
        sources = _CHANGES[action](program.settings.sources, name)
        settings = replace(program.settings, sources=sources)
        program = replace(program, settings=settings)
    with open_hubs(program) as hubs:  # which checks the addresses
        if action in _CHANGES:
            save_settings(program.settings)
        elif action in ("token", "take-token", "forget-token"):
            _set_token(hubs, name, program, action)
        elif action == "test":
            print_speeds(name, hubs, program, as_json=arguments.json)
            return 0
        _print(hubs, program, as_json=arguments.json)
    return 0


def _preferred(settings: SourcesSettings, name: str) -> SourcesSettings:
    """Return settings by which a source comes first."""
    known = describe(SourcesSettings)["preferred"].choices
    if name not in known:
        raise DownloadError(
            f"{name} cannot be the first source.", hint=f"Choose one of {', '.join(known)}."
        )
    return replace(settings, preferred=name)


_CHANGES: dict[str, Callable[[SourcesSettings, str], SourcesSettings]] = {
    "add": with_source,
    "remove": without_source,
    "prefer": _preferred,
}


def _read_token() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Token (is not shown): ")
    return sys.stdin.readline()


def _set_token(hubs: Hubs, name: str, program: Program, action: str) -> None:
    """Keep a token, or forget it, and say where it is kept."""
    source = hubs.sources.find(name)
    if not source.address:
        raise DownloadError(f"{source.title} is a folder, which needs no token.")
    if action == "take-token":
        keeping = hubs.credentials.take(source.address, _offered(hubs))
    else:
        token = _read_token() if action == "token" else ""
        keeping = hubs.credentials.set(source.address, token)
    program.terminal.note(_KEPT[keeping])


def _offered(hubs: Hubs) -> Path:
    """Return the file with the token of Hugging Face's own programs. Raises DownloadError."""
    path = hubs.credentials.offered()
    if path is None:
        raise DownloadError(
            "Hugging Face's own programs have no token on this computer.",
            hint="Enter one: `ktdesk models sources token huggingface`.",
        )
    return path


def _print(hubs: Hubs, program: Program, *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": source.id,
            "title": source.title,
            "address": source.address,
            "token": hubs.credentials.keeping(source.address) if source.takes_token else None,
        }
        for source in hubs.sources.all
    ]
    if as_json:
        program.terminal.json({"sources": rows})
        return
    for row in rows:
        about = [row["title"], row["address"], _TOKENS.get(row["token"] or "", "")]
        told = ", ".join(text for text in about if text and text != row["id"])
        program.terminal.line(f"{row['id']:13} {told}".rstrip())
    path = hubs.credentials.offered()
    if path and any(row["id"] == HUGGING_FACE and row["token"] == "nowhere" for row in rows):
        program.terminal.note(
            f"Hugging Face's own programs have a token, in {path}; "
            "`ktdesk models sources take-token huggingface` uses it here, too."
        )


_TOKENS = {
    "environment": "with the token of HF_TOKEN",
    "keyring": "with a token",
    "session": "with a token until the end of this command",
}
