# SPDX-License-Identifier: Apache-2.0
"""`LocalModel`: a model on this machine, as it was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ktdesk.errors import ModelFileError
from ktdesk.formats.shards import place_in_name
from ktdesk.library.shelf.lock_file import ModelLock
from ktdesk.library.shelf.state import Condition, ModelFile, ModelState

SUFFIX = ".gguf"
_SHOWN = 3  # names of files in a sentence
_OWN = "No source says what its bytes should be; they were read once, and"


class Owner(Enum):
    """The program whose files these are. What is another program's is read, and left as it is."""

    KTDESK = ""
    LM_STUDIO = "LM Studio"
    OLLAMA = "Ollama"
    HUGGING_FACE = "Hugging Face"
    LLAMA_CPP = "llama.cpp"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model: one file, or all its shards.

    path: what to load. name: what the model calls itself, or its file. architecture: '' if it
    cannot be read. files: all that should be there, in order. folder: the model folder that it is
    in. owner: whose it is. lock, lock_folder: what says what the files should be, and where that
    lies; None without one.
    """

    path: Path
    name: str
    architecture: str
    files: tuple[ModelFile, ...]
    state: ModelState
    folder: Path
    owner: Owner = Owner.KTDESK
    lock: ModelLock | None = None
    lock_folder: Path | None = None

    @property
    def id(self) -> str:
        """What programs call it: its file's name without what tells shards apart, if it has one."""
        if place := place_in_name(self.path.name):
            return place[0]
        return self.path.stem if self.path.suffix.casefold() == SUFFIX else self.name

    @property
    def size_bytes(self) -> int:
        """Of all files that are there."""
        return sum(file.size_bytes for file in self.files)

    @property
    def changed_ns(self) -> int:
        """When the newest of its files was written, in nanoseconds since 1970; 0 without any."""
        return max((file.seal.changed_ns for file in self.files if file.seal), default=0)

    @property
    def is_published(self) -> bool:
        """Whether others than KTDesk say what each of its files should be."""
        return all(file.expected_sha256 and not file.is_own for file in self.files)

    @property
    def differs_from_source(self) -> bool:
        """Whether a file is not what its source says; else damaged ones are not as at first."""
        return any(file.is_damaged and not file.is_own for file in self.files)

    @property
    def condition(self) -> Condition:
        """How it is."""
        return self.state.condition

    @property
    def problem(self) -> str:
        """Why it is not loaded, in a sentence; '' if it may be."""
        return "" if self.condition.may_load else explain(self)[0]

    def check_loadable(self) -> None:
        """Raise ModelFileError, with what to do, if this model must not be loaded."""
        if not self.condition.may_load:
            message, hint = explain(self)
            raise ModelFileError(self.path, message, hint=hint)


def named(models: Iterable[LocalModel], name: str) -> list[LocalModel]:
    """Return those that go by a name, whatever its case: their own, their file's, or their id."""
    wanted = name.casefold()
    return [model for model in models if wanted in {each.casefold() for each in _names(model)}]


def _names(model: LocalModel) -> tuple[str, ...]:
    return model.name, model.id, model.path.name, model.path.stem


def explain(model: LocalModel) -> tuple[str, str]:
    """Return how a model is and what to do about it, in a sentence each; the second may be ''."""
    state, owner = model.state, model.owner.value
    again = "Fetch the model again: what is right of it stays."
    again = f"Fetch it again with {owner}." if owner else again
    match state.condition:
        case Condition.COMPLETE:
            said = "Every byte is as its source says."
            return (said if model.is_published else f"{_OWN} every byte is as it was then."), ""
        case Condition.UNVERIFIED if model.is_published:
            return "All of it is there; its bytes are compared before it is loaded.", ""
        case Condition.UNVERIFIED:
            return "All of it is there; its bytes are read once before it is loaded.", ""
        case Condition.GONE if not model.folder.is_dir():
            return (
                f"{model.path} is not there: the folder {model.folder} is gone.",
                "Connect the disk that it is on.",
            )
        case Condition.GONE:
            return (
                f"{model.path} is not there any more.",
                "Put it back, or fetch the model again.",
            )
        case Condition.MISSING:
            return (
                f"The model has {state.parts} parts, and {len(state.missing)} of them are missing: "
                f"{_shown(state.missing)}.",
                f"Put all parts into the folder {model.path.parent}, or fetch them.",
            )
        case Condition.DAMAGED if model.differs_from_source:
            return f"Not as its source has it: {_shown(state.damaged)}.", again
        case Condition.DAMAGED:
            return f"{_OWN} are others now: {_shown(state.damaged)}.", again
        case Condition.UNREADABLE:
            return state.reason, "Fetch it again if it may be damaged; or choose another file."


def _shown(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
