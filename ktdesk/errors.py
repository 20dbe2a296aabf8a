# SPDX-License-Identifier: Apache-2.0
"""Errors that KTDesk shows to its users.

Every message is a sentence for the person at the screen; `hint` says what to do about it.
Any other exception is a fault of KTDesk itself and is reported as one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

DownloadErrorKind = Literal[
    "offline",  # the host is not reached, or the connection broke
    "busy",  # the host asks for patience, or has a fault of its own
    "refused",  # the host lets nobody, or not this user, have it
    "gated",  # somebody has to accept its terms first
    "missing",  # the host does not have it
    "untrusted",  # the host cannot prove that it is the one it should be
    "changed",  # the host has something else under this name by now
    "damaged",  # what came is not what its checksum says, also after repairs
    "full",  # the disk is
    "unwritable",  # the disk does not let us write
    "broken",  # the answer makes no sense
]


class KTDeskError(Exception):
    """Base of every error whose message is written for the user."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(KTDeskError):
    """A setting has a value that is not allowed."""


class PortTakenError(SettingsError):
    """Another program listens where the server should."""


class PlacementError(KTDeskError):
    """A placement file does not fit the model or the operators of this build.

    line: where its file is wrong, from 1 on; 0 if no line is to blame.
    """

    def __init__(self, message: str, *, hint: str = "", line: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.line = line


class RequestError(KTDeskError):
    """A request cannot be served: the prompt is too long, an option is out of range."""


class SessionError(KTDeskError):
    """A saved session cannot be written, or is not one that the loaded model can go on with."""


class ChatsError(KTDeskError):
    """The conversations cannot be read or stored, or a file of them is not one."""


class AttachmentError(KTDeskError):
    """A file cannot be attached to a message. The message names the file."""


class TemplateError(KTDeskError):
    """The chat template that the model file carries cannot be used."""


class DeviceError(KTDeskError):
    """A device is missing, or refuses work."""


class KernelError(KTDeskError):
    """A kernel was called with tensors that do not fit it."""


class DownloadError(KTDeskError):
    """Something could not be fetched, or is not what it should be.

    retry_after_s: when the host says that it may be asked again; None if it does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        kind: DownloadErrorKind = "broken",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind: DownloadErrorKind = kind
        self.retry_after_s = retry_after_s

    @property
    def is_retryable(self) -> bool:
        """Whether it may go well later without anybody doing anything."""
        return self.kind in ("offline", "busy")


class RemoteError(KTDeskError):
    """An endpoint that answers in a model's place is not reached, says no, or makes no sense."""


class LibraryError(KTDeskError):
    """Models on this machine cannot be found, compared, moved or deleted."""


class ModelFileError(KTDeskError):
    """A model file cannot be read, or is not what it claims to be. The message names the file."""

    def __init__(self, path: Path, message: str, *, hint: str = "") -> None:
        named = message if path.name in message else f"{path}: {message}"
        super().__init__(named, hint=hint)
        self.path = path


class MemoryShortage(KTDeskError):
    """A device has less memory than the work needs. Sizes are in bytes."""

    def __init__(self, device: str, needed_bytes: int, available_bytes: int, *, hint: str) -> None:
        super().__init__(
            f"Not enough memory on {device}: {format_bytes(needed_bytes)} are needed, "
            f"{format_bytes(available_bytes)} are available.",
            hint=hint,
        )
        self.device = device
        self.needed_bytes = needed_bytes
        self.available_bytes = available_bytes


class Cancelled(Exception):
    """The user stopped the work. Never shown."""


def format_bytes(count: int) -> str:
    """Return a size as people read it: '98 MB', '1.5 GB'. Decimal units, as disks are sold."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return (
                f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
            )
        value /= 1000
    return f"{value:.1f} TB"


def format_progress(done: int, total: int) -> tuple[str, str]:
    """Return two sizes in bytes as people read them side by side: '3.1', '12.4 GB'."""
    unit, size, digits = ("GB", 1e9, 1) if total >= 1e9 else ("MB", 1e6, 0)
    return f"{done / size:.{digits}f}", f"{total / size:.{digits}f} {unit}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ' Did you mean X?' for a near miss, else the list of known names."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f" Did you mean {close[0]!r}?" if close else f" Known: {', '.join(names)}."
