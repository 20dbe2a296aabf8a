# SPDX-License-Identifier: Apache-2.0
"""Which model a command works with, and loading it with progress."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.cli.loaded_model import stage_line
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.engine import Engine
from ktdesk.errors import ModelFileError, RemoteError, SettingsError, did_you_mean
from ktdesk.loading import load_into
from ktdesk.remote import SUFFIX
from ktdesk.runtime.progress import Report
from ktdesk.settings import EngineSettings, Settings, models_folder, save_settings

if TYPE_CHECKING:
    from ktdesk.library.demo import DemoModels
    from ktdesk.library.shelf.model import LocalModel

DEMO = "demo"  # what the demo model goes by on the command line

log = logging.getLogger(__name__)


def found_models(settings: Settings) -> Sequence[LocalModel]:
    """Return the models in all folders of the settings, and those of other programs."""
    from ktdesk.library.shelf.shelf import Shelf

    with Shelf.of_settings(settings) as shelf:
        return shelf.look().models


def usable_models(settings: Settings) -> Sequence[LocalModel]:
    """Return the models that were found, and the remotes."""
    from ktdesk.remote.remotes import as_model, remotes

    return [*found_models(settings), *map(as_model, remotes())]


def choose_model(wanted: str | None, program: Program) -> Path:
    """Return the model file to use: a path, a model's name, the last one used, or the demo.

    DEMO names the demo model even where there is a file or a folder that is called so. A remote's
    name or address stands for its file; an address that is new is kept under its host's name.

    Raises ModelFileError if nothing goes by that name, RemoteError for an address that is none.
    """
    if wanted == DEMO:
        return demo_models(program).deepseek2
    if wanted and wanted.startswith(("http://", "https://")):
        return _remote_at(wanted, program)
    if wanted:
        path = Path(wanted).expanduser()
        is_path = path.exists() or path.suffix == ".gguf" or path.name != wanted
        return path if is_path else _named(wanted, program.settings)
    return _last_used(program.settings) or demo_models(program).deepseek2


def choose_file(wanted: str | None, program: Program) -> Path:
    """Return the model file to look into, as `choose_model` does.

    Raises RemoteError for a remote, which has none.
    """
    path = choose_model(wanted, program)
    if path.suffix == SUFFIX:
        raise RemoteError(
            f"{path.stem} runs on another machine, so there is no file to look into.",
            hint="Name a model on this computer.",
        )
    return path


def demo_models(program: Program, source: Path | None = None) -> DemoModels:
    """Return the demo models; they are built, with progress, if they are not there.

    source: the model file to build them from, where it should not be fetched.
    """
    from ktdesk.library import demo

    models = demo.demo_models(models_folder(), source=source, progress=program.terminal.progress)
    program.terminal.clear_progress()
    return models


def load_model(
    program: Program, path: Path, settings: EngineSettings, *, placement: str = "auto"
) -> Engine:
    """Return an engine with the model verified and loaded, as `load_into` does.

    Ctrl+C stops it: Cancelled.
    """
    verify_model(program, path)
    engine = program.make_engine(settings.threads)
    with on_interrupt(engine.cancel_load):
        load_into(engine, path, settings, placement, _shown(program))
    program.terminal.clear_progress()
    return engine


def verify_model(program: Program, path: Path) -> None:
    """Read a model to its end before it is loaded the first time; see `verify_first`.

    Ctrl+C stops it: Cancelled. Raises ModelFileError for wrong bytes.
    """
    from ktdesk.library.shelf.before_load import verify_first

    stop = threading.Event()
    with on_interrupt(stop.set):
        verify_first(path, _shown(program), stop)
    program.terminal.clear_progress()


def _shown(program: Program) -> Report:
    return lambda now: program.terminal.progress(stage_line(now), now.fraction)


def remember_model(program: Program, path: Path) -> None:
    """Make this the model that is used when none is named."""
    last_model = str(path.absolute())
    if program.settings.interface.last_model == last_model:
        return
    interface = dataclasses.replace(program.settings.interface, last_model=last_model)
    try:
        save_settings(dataclasses.replace(program.settings, interface=interface))
    except SettingsError as error:
        log.warning("%s", error)


def _last_used(settings: Settings) -> Path | None:
    """Return the model that was used last, also if it was moved; None without one."""
    last = settings.interface.last_model
    if not last or Path(last).is_file():
        return Path(last) if last else None
    from ktdesk.library.shelf.loading import find_again

    return find_again(Path(last), settings)


def _remote_at(address: str, program: Program) -> Path:
    from ktdesk.remote import remotes as known

    whole = known.whole_address(address)
    for remote in known.remotes():
        if remote.address == whole:
            return remote.path
    remote = known.new_remote(known.name_for(address), address)
    known.save_remote(remote)
    program.terminal.note(f"The remote is kept as {remote.name}: `ktdesk remotes` lists it.")
    return remote.path


def _named(name: str, settings: Settings) -> Path:
    from ktdesk.library.shelf.model import named

    models = [model for model in usable_models(settings) if not model.problem]
    if called := named(models, name):
        return called[0].path
    known = did_you_mean(name, [DEMO, *(model.id for model in models)])
    raise ModelFileError(
        Path(name),
        f"No model is called {name!r}.{known}",
        hint="`ktdesk models` lists the models that were found, `ktdesk remotes` those of other "
        "machines; or give the path of a .gguf file.",
    )
