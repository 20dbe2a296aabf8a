# SPDX-License-Identifier: Apache-2.0
"""Serve models to other programs: the APIs of OpenAI, Ollama and Anthropic; and a chat to browsers.

for example:
  ktdesk serve
  ktdesk serve --model DeepSeek-V2-Lite-Q4_K_M --port 8080
  ktdesk serve --new-key phone
  ktdesk serve --lan
  ktdesk serve --parallel 4

The address goes to stdout, one line, when the server answers; notes go to stderr. Models are loaded
when they are asked for by name, one at a time. Ctrl+C ends it: answers that run have some seconds
left. A second one leaves at once.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.cli.loaded_model import model_lines
from ktdesk.cli.model_choice import choose_model, load_model, usable_models
from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import (
    add_engine_arguments,
    add_placement_argument,
    add_sampling_arguments,
    add_server_arguments,
    engine_settings,
    sampling_settings,
    server_settings,
)
from ktdesk.engine import Engine
from ktdesk.loading import load_into
from ktdesk.runtime.progress import Report
from ktdesk.settings import EngineSettings, SamplingSettings, keys_file

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "--model",
        metavar="PATH|NAME",
        help="load this one at once, as for `ktdesk chat --model`; by default none is loaded",
    )
    parser.add_argument(
        "--new-key",
        metavar="NAME",
        nargs="?",
        const="",
        help="make a key and show it, once; from then on every request needs one",
    )
    add_server_arguments(parser)
    add_placement_argument(parser)
    add_engine_arguments(parser)
    add_sampling_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Make a key, or serve."""
    if arguments.new_key is not None:
        return _make_key(arguments, program)
    from ktdesk.server.keys import read_keys
    from ktdesk.server.service import Service

    keys = read_keys(keys_file())
    path = choose_model(arguments.model, program) if arguments.model else None
    engine = _engine(arguments, program, path)

    def load(path: Path, progress: Report) -> None:
        from ktdesk.library.shelf.before_load import verify_first

        verify_first(path, progress)
        settings, placement = _load_settings(arguments, program, path)
        load_into(engine, path, settings, placement, progress)

    service = Service(
        engine,
        lambda: _models(program, path),
        load,
        server_settings(arguments, program.settings.server),
        lambda path: _sampling(arguments, program, path),
        keys,
    )
    program.terminal.note("with keys" if keys else "without keys, for this computer alone")

    def tell() -> None:
        told = json.dumps({"address": service.address, "needs_key": bool(keys)})
        words = f"KTDesk answers at {service.address}"
        program.terminal.line(told if arguments.json else words)

    service.run(tell)
    return 0


def _make_key(arguments: Namespace, program: Program) -> int:
    from ktdesk.server.keys import add_key

    name, key = add_key(keys_file(), arguments.new_key)
    if arguments.json:
        program.terminal.json({"name": name, "key": key, "file": str(keys_file())})
        return 0
    program.terminal.line(key)
    program.terminal.note(
        f"This is the key {name}. It is shown this once; {keys_file()} holds its hash. "
        "Servers that run know it after their next start."
    )
    return 0


def _load_settings(
    arguments: Namespace, program: Program, path: Path
) -> tuple[EngineSettings, str]:
    """Return the settings and the placement of a model: the command line's, else its own."""
    from ktdesk.library.shelf.loading import prepare_load

    model = prepare_load(path)
    settings = engine_settings(arguments, model.own.over(program.settings.engine))
    return settings, model.placement(arguments.placement)


def _sampling(arguments: Namespace, program: Program, path: Path) -> SamplingSettings:
    """Return the settings that answers of a model begin with: as for `_load_settings`."""
    from ktdesk.library.shelf.loading import prepare_load

    return sampling_settings(arguments, prepare_load(path).own.over(program.settings.sampling))


def _engine(arguments: Namespace, program: Program, path: Path | None) -> Engine:
    """Return an engine, with the model that is to be loaded at once."""
    if path is None:
        return program.make_engine(engine_settings(arguments, program.settings.engine).threads)
    settings, placement = _load_settings(arguments, program, path)
    engine = load_model(program, path, settings, placement=placement)
    assert engine.info is not None
    for line in model_lines(engine.info, engine.threads):
        program.terminal.note(line)
    return engine


def _models(program: Program, given: Path | None) -> Sequence[LocalModel]:
    """Return the models that may be asked for: the one given, and those that were found."""
    from ktdesk.library.shelf.shelf import Shelf

    found = usable_models(program.settings)
    if given is None or given in (entry.path for entry in found):
        return found
    with Shelf(()) as shelf:
        return [shelf.look_at(given), *found]
