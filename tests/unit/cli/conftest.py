# SPDX-License-Identifier: Apache-2.0
"""A command line with an engine that answers from a list, in a folder of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from ktdesk import log
from ktdesk.cli import main
from ktdesk.engine import LoadProgress
from ktdesk.errors import Cancelled, ModelFileError, SessionError
from ktdesk.hardware.machine import Machine
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.perplexity import TextLosses
from ktdesk.runtime.request import Done, Event, Prefill, Request, Stats, Token
from tests.faulty_server import FaultyServer
from tests.hub import Hub
from tests.known.header import write_header
from tests.known.models import MODELS, Q2_K

R1 = "maker/DeepSeek-R1-GGUF"  # a repository of the hub
STATS = Stats(
    prompt_tokens=10,
    cached_tokens=2,
    generated_tokens=3,
    first_token_s=0.25,
    prefill_s=0.5,
    decode_s=0.1,
    context_used=13,
    context_tokens=512,
)
ANSWER: list[Event] = [
    Prefill(2, 10),
    Prefill(10, 10),
    Token(7, "Hello"),
    Token(8, ", "),
    Token(9, "world"),
    Done("end", STATS),
]


On = Callable[[Machine], Machine]


class FakeEngine:
    """Loads every file that exists, and answers what it was told to."""

    def __init__(self) -> None:
        self.threads = 0
        self.info: ModelInfo | None = None
        self.loaded_with: dict[str, object] = {}
        self.requests: list[Request] = []
        self.events: Callable[[Request], Iterator[Event]] = lambda request: iter(ANSWER)
        self.during_load: Callable[[], None] = lambda: None
        self.is_cancelled = False
        self.saved: list[Request | None] = []
        self.most_deferred = 7  # of a token's 8 experts
        self.losses: dict[int, list[float]] = {}  # by how many experts are deferred
        self.logits: dict[str, list[NDArray[np.float32]]] = {}  # by placement
        self.read: list[tuple[str, bool]] = []  # texts, and whether they were read by steps

    def __call__(self, threads: int) -> FakeEngine:
        """Stand in for what makes engines."""
        self.threads = threads or 4
        return self

    def load(
        self,
        path: Path,
        *,
        placement,
        context_tokens,
        cache_type,
        kept_bytes,
        vram_bytes,
        deferred_experts,
        parallel,
        progress,
    ) -> ModelInfo:
        if not path.is_file():
            raise ModelFileError(path, f"There is no file {path}.", hint="Check the path.")
        progress(LoadProgress("Reading the weights", 0.5))
        self.during_load()
        if self.is_cancelled:
            raise Cancelled
        self.loaded_with = {
            "placement": placement,
            "context_tokens": context_tokens,
            "cache_type": cache_type,
            "deferred_experts": deferred_experts,
        }
        self.info = ModelInfo(
            path=path,
            name="Small model",
            architecture="deepseek2",
            parameters=134_515_008,
            size_bytes=143_000_000,
            weight_types="Q8_0, F32",
            layers=30,
            experts=64,
            experts_used=8,
            context_tokens=context_tokens or 512,
            placement="cpu_only" if placement == "auto" else placement,
            deferred_experts=min(deferred_experts, self.most_deferred),
            parallel=parallel,
        )
        return self.info

    def generate(self, request: Request) -> Iterator[Event]:
        self.requests.append(request)
        return self.events(request)

    def text_losses(self, text: str, *, by_steps: bool = False) -> Iterator[TextLosses]:
        assert self.info is not None
        self.read.append((text, by_steps))
        losses = self.losses[self.info.deferred_experts]
        for done, loss in enumerate(losses, 1):
            yield TextLosses((loss,), done, len(losses))

    def text_logits(self, text: str) -> Iterator[NDArray[np.float32]]:
        assert self.info is not None
        self.read.append((text, True))
        return iter(self.logits[self.info.placement])

    def unload(self) -> None:
        self.info = None

    def save_session(self, path: Path, request: Request | None = None) -> int:
        self.saved.append(request)
        path.write_bytes(b"rows")
        return 13

    def restore_session(self, path: Path) -> int:
        if path.read_bytes() != b"rows":
            raise SessionError(f"The session in {path} is damaged.", hint="Do without.")
        return 13

    def cancel(self, request_id: str) -> None:
        assert request_id == self.requests[-1].id
        self.is_cancelled = True

    def cancel_load(self) -> None:
        self.is_cancelled = True


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of all of KTDesk's files."""
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    log.close()
    logging.captureWarnings(capture=False)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file for the fake engine to load."""
    path = tmp_path / "small.gguf"
    path.write_bytes(b"GGUF")
    return path


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def ktdesk(engine: FakeEngine, capsys: pytest.CaptureFixture[str]):
    """Run one command; return its exit code, what it printed, and what it said on stderr."""

    def run(*arguments: object) -> SimpleNamespace:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments], make_engine=engine)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return SimpleNamespace(code=code, out=out, err=err)

    return run


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Make this machine another one, on which this process has taken nothing."""

    def use(other: Machine) -> Machine:
        monkeypatch.setattr("ktdesk.planning.this_machine.describe_machine", lambda *_: other)
        monkeypatch.setattr("ktdesk.planning.this_machine.taken_memory_bytes", lambda: 0)
        monkeypatch.setattr("ktdesk.planning.this_machine.taken_bytes", lambda card: 0)
        return other

    return use


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """Say what is on standard input."""
    import io

    def put(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return put


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """DeepSeek-R1 in two quantisations, one of them in parts; of both the weights are holes."""
    folder = tmp_path_factory.mktemp("hub")
    model = MODELS["DeepSeek-R1"]
    write_header(model, folder / "R1-Q4_K_M.gguf", part_tensors=400)
    write_header(replace(model, types=Q2_K), folder / "R1-Q2_K.gguf")
    return {path.name: path for path in sorted(folder.iterdir())}


@pytest.fixture
def hub(files: dict[str, Path], home: Path) -> Iterator[Hub]:
    with FaultyServer() as server:
        hub = Hub(server)
        hub.add(R1, files)
        home.mkdir()
        settings = f'[sources]\nhub = "{server.url}"\n'
        (home / "settings.toml").write_text(settings, encoding="utf-8")
        yield hub
