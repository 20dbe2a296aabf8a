# SPDX-License-Identifier: Apache-2.0
"""List the models that other machines run, or add, test or remove one.

for example:
  ktdesk remotes
  ktdesk remotes add lab http://lab.lan:8000/v1
  ktdesk remotes add lab http://lab.lan:8000/v1 --model deepseek-ai/DeepSeek-V3
  ktdesk remotes test lab
  ktdesk remotes key lab
  ktdesk remotes remove lab
  ktdesk run lab "Why is the sky blue?"

A remote is a server with OpenAI's API: vLLM, SGLang, KTransformers, llama.cpp's, another KTDesk.
Its name can be given wherever a model's can. A key is read from the keyboard, and not shown; from
a pipe where there is one. It is kept in the system's store of secrets; where there is none, set
the variable that `key` names. What is added under a name that is there takes its place.
"""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from ktdesk.cli.parsers import UsageError
from ktdesk.cli.program import Program, on_interrupt

if TYPE_CHECKING:
    from ktdesk.library.hub.credentials import Credentials
    from ktdesk.remote.remotes import Remote


def add_arguments(parser: ArgumentParser) -> None:
    """Add what is to be done, and with which remote."""
    parser.add_argument(
        "action", metavar="ACTION", nargs="?", choices=_ACTIONS, help="%(choices)s; else list them"
    )
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="the remote's own")
    parser.add_argument(
        "address", metavar="ADDRESS", nargs="?", default="", help="to add one: of its API"
    )
    parser.add_argument(
        "--model", metavar="ID", default="", help="the model, as it calls it, if it has several"
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="send nothing but OpenAI's own fields: no top_k, min_p, repetition penalty",
    )


def run(arguments: Namespace, program: Program) -> int:
    """Do what was asked for."""
    if not arguments.action:
        return _list(arguments, program)
    if not arguments.name and arguments.action != "list":
        raise UsageError("It is not said which remote.", hint="`ktdesk remotes` lists them.")
    return _ACTIONS[arguments.action](arguments, program)


def _list(arguments: Namespace, program: Program) -> int:
    from ktdesk.library.hub.credentials import Credentials
    from ktdesk.remote.remotes import remotes

    credentials = Credentials()
    rows = [_row(remote, credentials) for remote in remotes()]
    if arguments.json:
        program.terminal.json({"remotes": rows})
        return 0
    for row in rows:
        about = [row["address"], row["model"], "with a key" if row["has_key"] else ""]
        told = ", ".join(str(part) for part in about if part)
        program.terminal.line(f"{row['name']:13} {told}")
    if not rows:
        program.terminal.note("There is none: `ktdesk remotes add NAME ADDRESS` adds one.")
    return 0


def _row(remote: Remote, credentials: Credentials) -> dict[str, object]:
    has_key = bool(remote.key_of() or credentials.token(remote.address))
    return {
        "name": remote.name,
        "address": remote.address,
        "model": remote.model,
        "plain": remote.plain,
        "has_key": has_key,
    }


def _add(arguments: Namespace, program: Program) -> int:
    from ktdesk.remote.remotes import new_remote, save_remote

    if not arguments.address:
        raise UsageError(
            "It is not said where the remote is.",
            hint="Give its address: ktdesk remotes add lab http://lab.lan:8000/v1",
        )
    save_remote(
        new_remote(arguments.name, arguments.address, model=arguments.model, plain=arguments.plain)
    )
    return _list(arguments, program)


def _remove(arguments: Namespace, program: Program) -> int:
    from ktdesk.remote.remotes import find_remote, remove_remote

    remove_remote(find_remote(arguments.name))
    return _list(arguments, program)


def _test(arguments: Namespace, program: Program) -> int:
    """Ask for its models, and say which there are."""
    from ktdesk.remote.endpoint import Endpoint
    from ktdesk.remote.engine import RemoteEngine
    from ktdesk.remote.remotes import find_remote

    remote, engine = find_remote(arguments.name), RemoteEngine()
    with on_interrupt(engine.cancel_load):
        models = engine.models(Endpoint(remote, program.settings.network))
    if arguments.json:
        listed = [{"id": each.id, "context_tokens": each.context_tokens} for each in models]
        program.terminal.json({"name": remote.name, "address": remote.address, "models": listed})
    else:
        for model in models:
            context = f", context {model.context_tokens} tokens" if model.context_tokens else ""
            program.terminal.line(f"{model.id}{context}")
    if remote.model and remote.model not in [model.id for model in models]:
        engine.load(remote.path)  # says what is missing
    program.terminal.note(f"{remote.name} answers at {remote.address}.")
    return 0


def _key(arguments: Namespace, program: Program) -> int:
    """Keep a key, and say where."""
    from ktdesk.library.hub.credentials import Credentials, Keeping
    from ktdesk.remote.remotes import find_remote

    remote = find_remote(arguments.name)
    kept = {
        Keeping.KEYRING: "The key is kept in the system's store of secrets.",
        Keeping.SESSION: "This system has no store of secrets that works, so the key is not kept: "
        f"set {remote.key_variable} instead.",
        Keeping.NOWHERE: "There is no key any more.",
        Keeping.ENVIRONMENT: "The token of the environment is used, whatever is set here.",
    }
    program.terminal.note(kept[Credentials().set(remote.address, _read_key())])
    return 0


def _read_key() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Key (is not shown; none to forget it): ")
    return sys.stdin.readline()


_ACTIONS: dict[str, Callable[[Namespace, Program], int]] = {
    "list": _list,
    "add": _add,
    "test": _test,
    "key": _key,
    "remove": _remove,
}
