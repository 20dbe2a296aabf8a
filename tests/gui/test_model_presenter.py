# SPDX-License-Identifier: Apache-2.0
"""Finding, building, loading and changing models, without widgets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ktdesk.errors import DownloadError
from ktdesk.hardware import physical_cores
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf import verify
from ktdesk.library.shelf.before_load import VERIFYING
from ktdesk.library.shelf.lock_file import ModelLock, write_lock
from ktdesk.library.shelf.reading import hash_file
from ktdesk.settings import load_settings, models_folder
from tests.gui.fake_engine import FakeEngine
from tests.unit.formats import raw
from ui.chat.model_presenter import ModelPresenter, ModelState
from ui.settings_store import SettingsStore


def test_the_last_model_is_loaded_if_it_is_there(
    qtbot: QtBot, model: ModelPresenter, store: SettingsStore, file: Path, engine: FakeEngine
) -> None:
    store.set("interface", "last_model", str(file))
    model.start()
    qtbot.waitUntil(lambda: model.is_ready)
    assert engine.loads == [(file, physical_cores(), 0, "f16")]


def test_without_a_last_model_the_demo_is_loaded_if_it_was_made(
    qtbot: QtBot, model: ModelPresenter, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {models_folder(): file}
    monkeypatch.setattr("ktdesk.library.demo.built_demo", made.get)
    model.start()
    assert model.state is ModelState.PREPARING
    qtbot.waitUntil(lambda: model.is_ready)
    assert model.path == file


def test_nothing_is_fetched_unasked(
    qtbot: QtBot, model: ModelPresenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ktdesk.library.demo.fetch", lambda *args, **kwargs: pytest.fail("asked"))
    states: list[ModelState] = []
    model.changed.connect(lambda: states.append(model.state))
    model.start()
    qtbot.waitUntil(lambda: states == [ModelState.PREPARING, ModelState.NONE])
    assert model.path is None


def test_the_demo_is_built_and_loaded_if_it_is_asked_for(
    qtbot: QtBot, model: ModelPresenter, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def demo(folder: Path, *, progress) -> SimpleNamespace:
        assert folder == models_folder()
        progress("Building the demo model", 0.5)
        return SimpleNamespace(deepseek2=file)

    monkeypatch.setattr("ktdesk.library.demo.demo_models", demo)
    with qtbot.waitSignal(model.progress, check_params_cb=lambda now: now.fraction == 0.5):
        model.load_demo()
        assert model.state is ModelState.PREPARING
    qtbot.waitUntil(lambda: model.is_ready)


def test_without_a_network_the_demo_says_what_to_do(
    qtbot: QtBot, model: ModelPresenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = DownloadError("It could not be fetched.", hint="Check the network.")

    def demo(folder: Path, *, progress) -> None:
        raise error

    monkeypatch.setattr("ktdesk.library.demo.demo_models", demo)
    with qtbot.waitSignal(model.failed) as failed:
        model.load_demo()
    assert failed.args == [error]
    assert model.state is ModelState.NONE


def test_building_the_demo_can_be_cancelled(
    qtbot: QtBot, model: ModelPresenter, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, cancelled, ended = threading.Event(), threading.Event(), threading.Event()

    def demo(folder: Path, *, progress) -> None:
        begun.set()
        cancelled.wait(10)
        try:
            progress("Building", 0.5)
        finally:
            ended.set()

    monkeypatch.setattr("ktdesk.library.demo.demo_models", demo)
    model.load_demo()
    qtbot.waitUntil(begun.is_set)
    model.cancel()
    cancelled.set()
    assert ended.wait(10)
    assert model.state is ModelState.NONE
    assert not engine.loads


def test_loading_can_be_cancelled(
    qtbot: QtBot, model: ModelPresenter, engine: FakeEngine, file: Path
) -> None:
    engine.during_load = lambda: engine._load_cancelled.wait(10)
    model.load(file)
    qtbot.waitUntil(lambda: bool(engine.loads))
    model.cancel()
    qtbot.waitUntil(lambda: model.state is ModelState.NONE)
    assert model.info is None


def test_a_file_that_is_not_there(qtbot: QtBot, model: ModelPresenter, tmp_path: Path) -> None:
    with qtbot.waitSignal(model.failed) as failed:
        model.load(tmp_path / "nothing.gguf")
    assert failed.args[0].hint
    assert not model.is_ready


def test_changed_threads_wait_for_a_reload(
    qtbot: QtBot, loaded: ModelPresenter, store: SettingsStore, engine: FakeEngine, file: Path
) -> None:
    assert not loaded.needs_reload
    store.set("engine", "threads", 3)
    store.set("engine", "context_tokens", 256)
    store.set("engine", "cache_type", "bf16")
    assert loaded.needs_reload
    loaded.reload()
    qtbot.waitUntil(lambda: loaded.is_ready)
    assert engine.loads[-1] == (file, 3, 256, "bf16")
    assert not loaded.needs_reload


def test_the_model_is_remembered(loaded: ModelPresenter, store: SettingsStore, file: Path) -> None:
    store.save_now()
    assert load_settings().interface.last_model == str(file)


def test_models_are_found_with_what_is_wrong_with_them(qtbot: QtBot, model: ModelPresenter) -> None:
    models_folder().mkdir(parents=True)
    (models_folder() / "broken.gguf").write_bytes(b"nothing of the kind")
    with qtbot.waitSignal(model.found) as found:
        model.find()
    (entry,) = found.args[0]
    assert entry.name == "broken"
    assert entry.problem


def test_a_placement_that_was_chosen_is_taken_again_after_a_restart(
    qtbot: QtBot, loaded: ModelPresenter, tmp_path: Path
) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(bytes(raw.small()))
    for placement in ("one_gpu", None):
        loaded.load(path, placement)
        qtbot.waitUntil(lambda: loaded.is_ready)
        assert loaded.info
        assert loaded.info.placement == "one_gpu"


def test_a_model_that_is_known_to_be_damaged_is_not_loaded(
    qtbot: QtBot, model: ModelPresenter, engine: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(bytes(raw.small())[:-1])
    whole = RemoteFile(path.name, len(bytes(raw.small())), "")
    write_lock(tmp_path, ModelLock("here", "own", "1", (whole,)))
    with qtbot.waitSignal(model.failed) as failed:
        model.load(path)
    assert "Not as its source has it: own.gguf" in str(failed.args[0])
    assert not engine.loads


def test_verifying_is_shown_can_be_cancelled_and_is_done_once(
    qtbot: QtBot,
    model: ModelPresenter,
    engine: FakeEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(bytes(raw.small()))
    read: list[Path] = []

    def endless(path: Path, count: Callable[[int], None], *_: object, **__: object) -> str:
        while True:
            count(0)
            time.sleep(0.005)

    def once(path: Path, *rest: Any, **named: Any) -> str:
        read.append(path)
        return hash_file(path, *rest, **named)

    monkeypatch.setattr(verify, "hash_file", endless)
    with qtbot.waitSignal(model.progress, check_params_cb=lambda now: now.stage == VERIFYING):
        model.load(path)
    assert model.is_busy
    model.cancel()
    qtbot.waitUntil(lambda: model.state is ModelState.NONE)
    assert not engine.loads
    monkeypatch.setattr(verify, "hash_file", once)
    for loads in (1, 2):
        model.load(path)
        qtbot.waitUntil(lambda loads=loads: model.is_ready and len(engine.loads) == loads)
    assert read == [path]


def test_the_last_model_is_found_again_if_it_was_moved(
    qtbot: QtBot, model: ModelPresenter, store: SettingsStore, tmp_path: Path
) -> None:
    old, new = tmp_path / "old" / "own.gguf", models_folder() / "new" / "own.gguf"
    for path in (old, new):
        path.parent.mkdir(parents=True)
    old.write_bytes(bytes(raw.small()))
    model.load(old)
    qtbot.waitUntil(lambda: model.is_ready)
    old.rename(new)
    model.start()
    qtbot.waitUntil(lambda: model.is_ready)
    assert model.path == new
    assert store.settings.interface.last_model == str(new)


def test_a_last_model_that_is_nowhere_makes_way_for_the_demo(
    qtbot: QtBot, model: ModelPresenter, store: SettingsStore, file: Path, monkeypatch
) -> None:
    monkeypatch.setattr("ktdesk.library.demo.built_demo", lambda folder: file)
    store.set("interface", "last_model", str(file.with_name("gone.gguf")))
    model.start()
    qtbot.waitUntil(lambda: model.is_ready)
    assert model.path == file
