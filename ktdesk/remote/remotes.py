# SPDX-License-Identifier: Apache-2.0
"""The endpoints that the user has named, a file each."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit

from ktdesk.errors import DownloadError, RemoteError, did_you_mean
from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.state import Condition, ModelState
from ktdesk.library.web.addresses import host_of, redacted
from ktdesk.remote import SUFFIX
from ktdesk.settings import remotes_folder
from ktdesk.whole_file import whole_file

ARCHITECTURE = "remote"  # what stands in the place of one
_KINDS: dict[str, type | tuple[type, ...]] = {
    "address": str,
    "model": str,
    "plain": bool,
    "patience_s": (int, float),
}
_CORRECT = "Correct or delete the file, or add the remote again."


@dataclass(frozen=True, slots=True)
class Remote:
    """An endpoint.

    address: of its API, up to and with /v1. model: as it calls it, '' for its only one. plain: it
    knows OpenAI's own fields alone, no top_k, min_p and so on. patience_s: how long it may say
    nothing.
    """

    name: str
    address: str
    model: str = ""
    plain: bool = False
    patience_s: float = 600.0

    @property
    def path(self) -> Path:
        """The file that stands for it."""
        return remotes_folder() / f"{self.name}{SUFFIX}"

    @property
    def key_variable(self) -> str:
        """The variable of the environment that may hold its key."""
        return "KTDESK_KEY_" + re.sub(r"[^A-Z0-9]", "_", self.name.upper())

    def key_of(self, environment: Any = os.environ) -> str:
        """Return the key that the environment has for it, '' without one."""
        return environment.get(self.key_variable, "").strip()


def new_remote(name: str, address: str, *, model: str = "", plain: bool = False) -> Remote:
    """Return a remote. Raises RemoteError if the name or the address can be none."""
    if not re.fullmatch(r"[\w][\w.-]{0,63}", name):
        raise RemoteError(
            f"A remote cannot be called {name!r}.",
            hint="Choose a name of letters, digits, '-', '_' and '.'.",
        )
    return Remote(name, whole_address(address), model, plain)


def whole_address(address: str) -> str:
    """Return the address of an API as requests begin. Raises RemoteError if it is none."""
    try:
        host_of(address)
        parts = urlsplit(address)
    except DownloadError as error:
        raise RemoteError(str(error), hint=error.hint) from None
    if parts.query or parts.fragment or parts.username or parts.password:
        raise RemoteError(
            f"{redacted(address)!r} has more than an address of an API has.",
            hint="Give scheme, host, port and path alone; a key goes with `ktdesk remotes key`.",
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"


def name_for(address: str) -> str:
    """Return what an address without a name goes by."""
    return re.sub(r"[^\w.-]", "-", host_of(address)).strip("-.")


def save_remote(remote: Remote) -> None:
    """Write a remote's file. Raises RemoteError."""
    values = {key: value for key, value in asdict(remote).items() if key != "name"}
    try:
        with whole_file(remote.path) as file:
            file.write(tomlkit.dumps(values).encode())  # pyright: ignore[reportUnknownMemberType]
    except OSError as error:
        raise RemoteError(
            f"The remote could not be saved in {remote.path}: {error.strerror}.",
            hint="Make room on the disk, or make the folder writable.",
        ) from error


def read_remote(path: Path) -> Remote:
    """Read a remote's file. Raises RemoteError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        for key, value in values.items():
            if not isinstance(value, _KINDS.get(key, ())):
                raise RemoteError(f"{path} says {key} = {value!r}.", hint=_CORRECT)
        values |= {"name": path.stem, "address": whole_address(values["address"])}
        return Remote(**values)
    except FileNotFoundError:
        raise unknown(path.stem) from None
    except (OSError, ValueError, KeyError) as error:
        raise RemoteError(f"{path} cannot be read: {error}.", hint=_CORRECT) from None


def find_remote(name: str) -> Remote:
    """Return the remote of a name. Raises RemoteError if there is none."""
    for remote in remotes():
        if remote.name.casefold() == name.casefold():
            return remote
    raise unknown(name)


def remotes() -> Sequence[Remote]:
    """Return those that can be read, by name."""
    found: list[Remote] = []
    for path in sorted(remotes_folder().glob(f"*{SUFFIX}")):
        try:
            found.append(read_remote(path))
        except RemoteError:  # who names it is told
            continue
    return found


def remove_remote(remote: Remote) -> None:
    """Forget a remote. Raises RemoteError."""
    try:
        remote.path.unlink()
    except OSError as error:
        raise RemoteError(
            f"{remote.path} cannot be deleted: {error.strerror}.", hint="Delete it by hand."
        ) from error


def as_model(remote: Remote) -> LocalModel:
    """Return a remote as it stands among the models of this machine."""
    state = ModelState(Condition.COMPLETE, 0)
    return LocalModel(remote.path, remote.name, ARCHITECTURE, (), state, remotes_folder())


def unknown(name: str) -> RemoteError:
    """Return what is said of a name that is none."""
    known = [remote.name for remote in remotes()]
    return RemoteError(
        f"No remote is called {name!r}.{did_you_mean(name, known) if known else ''}",
        hint="`ktdesk remotes` lists them; `ktdesk remotes add NAME ADDRESS` adds one.",
    )
