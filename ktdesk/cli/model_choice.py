# SPDX-License-Identifier: Apache-2.0
"""Which model a command works with, and loading it with progress."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.cli.loaded_model import stage_line
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.engine import Engine
from ktdesk.errors import ModelFileError, SettingsError, did_you_mean
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


def choose_model(wanted: str | None, program: Program) -> Path:
    """Return the model file to use: a path, a model's name, the last one used, or the demo.

    DEMO names the demo model even where there is a file or a folder that is called so.

    Raises ModelFileError if nothing goes by that name.
    """
    if wanted == DEMO:
        return demo_models(program).deepseek2
    if wanted:
        path = Path(wanted).expanduser()
        is_path = path.exists() or path.suffix == ".gguf" or path.name != wanted
        return path if is_path else _named(wanted, program.settings)
    return _last_used(program.settings) or demo_models(program).deepseek2


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
    """Return an engine with the model loaded, as `load_into` does. Ctrl+C stops it: Cancelled.

    Raises ModelFileError if the model is known to have other bytes than it should.
    """
    from ktdesk.library.shelf.loading import prepare_load

    prepare_load(path)  # it refuses
    engine = program.make_engine(settings.threads)
    with on_interrupt(engine.cancel_load):
        load_into(
            engine,
            path,
            settings,
            placement,
            lambda now: program.terminal.progress(stage_line(now), now.fraction),
        )
    program.terminal.clear_progress()
    return engine


def load_into(
    engine: Engine, path: Path, settings: EngineSettings, placement: str, progress: Report
) -> None:
    """Load a model that `prepare_load` has allowed, as the settings say; see `Engine.load`."""
    engine.load(
        path,
        placement=placement,
        context_tokens=settings.context_tokens,
        cache_type=settings.cache_type,
        kept_bytes=settings.kept_mb * 1_000_000,
        vram_bytes=settings.vram_mb * 1_000_000,
        deferred_experts=settings.deferred_experts,
        parallel=settings.parallel,
        progress=progress,
    )


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


def _named(name: str, settings: Settings) -> Path:
    from ktdesk.library.shelf.model import named

    models = [model for model in found_models(settings) if not model.problem]
    if called := named(models, name):
        return called[0].path
    known = did_you_mean(name, [DEMO, *(model.id for model in models)])
    raise ModelFileError(
        Path(name),
        f"No model is called {name!r}.{known}",
        hint="`ktdesk models` lists the models that were found; or give the path of a .gguf file.",
    )
