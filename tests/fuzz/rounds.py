# SPDX-License-Identifier: Apache-2.0
"""One round of the fuzzing, in a process of its own: KIND SEED COUNT FOLDER.

The file that is tried lies in the folder, so that a process that ends leaves what ended it.
"""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from tests.fuzz import files, targets
from tests.unit.formats import raw

CASE_S = 60.0  # far more than any case takes, also on a busy machine
MEMORY_BYTES = 2 << 30  # that all cases together may take; the files are small
NAME = "model.gguf"


@dataclass(frozen=True)
class Round:
    """How many cases are tried, from which seed, and where their files lie."""

    seed: int
    count: int
    folder: Path

    def small_changed(self) -> None:
        """Try a small valid file with changes."""
        whole = bytes(raw.small())
        cases = files.changes(len(whole), files.all_places(len(whole)))
        self._try_changes(self.folder / NAME, whole, cases, targets.read)

    def invented(self) -> None:
        """Try files of any metadata and tensors."""
        path = self.folder / NAME
        self._try_each(files.invented(), path, bytes, lambda: targets.read(path))

    def parts_changed(self) -> None:
        """Try a model in three parts, one of which has changes."""
        paths = [self.folder / f"big-{number:05d}-of-00003.gguf" for number in (1, 2, 3)]
        wholes = [files.shard(number, 3) for number in (1, 2, 3)]
        for at, whole in enumerate(wholes):
            for path, content in zip(paths, wholes, strict=True):
                path.write_bytes(content)
            cases = files.changes(len(whole), files.places(paths[at]))
            self._try_changes(paths[at], whole, cases, lambda _: targets.read(paths[1]))

    def models_changed(self) -> None:
        """Try models that answer, whose values are changed."""
        from tests.tiny import tiny_deepseek, tiny_llama, tiny_qwen3moe

        for make in (tiny_llama, tiny_qwen3moe, tiny_deepseek):
            path = make(self.folder / NAME).path
            assert targets.answer(path) is None
            cases = files.lies(files.values(path))
            self._try_changes(path, path.read_bytes(), cases, targets.answer)

    def _try_changes(
        self,
        path: Path,
        whole: bytes,
        cases: st.SearchStrategy[list[files.Change]],
        target: Callable[[Path], object],
    ) -> None:
        self._try_each(
            cases,
            path,
            lambda changes: files.changed(whole, changes),
            lambda: target(path),
        )

    def _try_each(
        self,
        cases: st.SearchStrategy[Any],
        path: Path,
        content: Callable[[Any], bytes],
        target: Callable[[], object],
    ) -> None:
        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=self.count,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases)
        def attempt(case: Any) -> None:
            path.write_bytes(content(case))
            faulthandler.dump_traceback_later(CASE_S, exit=True)
            try:
                target()
            finally:
                faulthandler.cancel_dump_traceback_later()

        _limit_memory()
        attempt()


def _limit_memory() -> None:
    """Let this process take a fixed amount beyond what it has; not on Windows."""
    if sys.platform != "win32":
        import resource

        used = int(Path("/proc/self/statm").read_text("utf-8").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, resource.RLIM_INFINITY))


def main(kind: str, seed: str, count: str, folder: str) -> None:
    """Run one round of a kind, which is the name of a method."""
    faulthandler.enable()
    getattr(Round(int(seed), int(count), Path(folder)), kind)()


if __name__ == "__main__":
    main(*sys.argv[1:])
