# SPDX-License-Identifier: Apache-2.0
"""A keeper of models that has what it is given, and does its work when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.removal import Removal
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.shelf import Inventory
from ktdesk.library.shelf.state import Condition, ModelFile, ModelState, decide
from ktdesk.settings import Settings

GB = 10**9
FOLDER = Path("/models")


def local_model(
    name: str = "DeepSeek-R1",
    condition: Condition = Condition.COMPLETE,
    *,
    parts: int = 1,
    size: int = 40 * GB,
    architecture: str = "deepseek2",
    owner: Owner = Owner.KTDESK,
    folder: Path = FOLDER,
) -> LocalModel:
    stem = name.replace(" ", "-")
    names = [f"{stem}.gguf"] if parts == 1 else [
        f"{stem}-{n:05d}-of-{parts:05d}.gguf" for n in range(1, parts + 1)
    ]  # fmt: skip
    gone = {Condition.GONE: parts, Condition.MISSING: parts // 2}.get(condition, 0)
    sha = "a" * 64 if condition in (Condition.COMPLETE, Condition.DAMAGED) else ""
    wanted = "b" * 64 if condition is Condition.DAMAGED else "a" * 64
    files = tuple(
        ModelFile(
            folder / each,
            None if at < gone else Seal(size, 0, at + 1),
            sha256=sha,
            expected_sha256=wanted,
        )
        for at, each in enumerate(names)
    )
    reason = "It is not a GGUF file." if condition is Condition.UNREADABLE else ""
    state: ModelState = decide(files, reason)
    assert state.condition is condition
    return LocalModel(
        path=folder / names[0], name=name, architecture=architecture, files=files, state=state,
        folder=folder, owner=owner,
    )  # fmt: skip


class FakeKeeper:
    """`gate` holds back work until it is set; `error` is raised instead of a result."""

    def __init__(self, *models: LocalModel) -> None:
        self.models = list(models)
        self.unreadable: dict[Path, str] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.error: LibraryError | None = None
        self.calls: list[tuple[object, ...]] = []
        self.looks = 0
        self._listener: Callable[[Inventory], object] = lambda inventory: None

    def start(self, settings: Settings, listener: Callable[[Inventory], object]) -> None:
        self._listener = listener
        self.look()

    def look(self) -> None:
        self.looks += 1
        self._listener(Inventory(tuple(self.models), dict(self.unreadable)))

    def close(self) -> None:
        self._listener = lambda inventory: None

    def verify(self, model: LocalModel, fraction: Callable[[float], None]) -> None:
        self._work("verify", model, fraction)

    def move(self, model: LocalModel, folder: Path, fraction: Callable[[float], None]) -> None:
        self._work("move", model, fraction)
        self.calls[-1] += (folder,)

    def removal(self, model: LocalModel) -> Removal:
        files = tuple(file.path for file in model.files if file.seal)
        return Removal(model, files, model.size_bytes)

    def delete(self, removal: Removal, *, for_good: bool) -> None:
        self._work("for good" if for_good else "bin", removal.model, lambda fraction: None)
        self.models.remove(removal.model)

    def _work(self, name: str, model: LocalModel, fraction: Callable[[float], None]) -> None:
        fraction(0.34)
        while not self.gate.wait(0.01):
            fraction(0.5)
        if self.error:
            raise self.error
        self.calls.append((name, model.name))
