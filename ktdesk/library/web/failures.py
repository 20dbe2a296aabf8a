# SPDX-License-Identifier: Apache-2.0
"""What went wrong on the way to a host, in words: from libraries' errors and from statuses."""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from urllib3 import exceptions

from ktdesk.errors import DownloadError, DownloadErrorKind

_LONGEST_WAIT_S = 3600.0  # a host that asks for more is asked after an hour


@contextmanager
def translated(host: str) -> Generator[None]:
    """Turn errors of the HTTP library into DownloadErrors that name the host."""
    try:
        yield
    except exceptions.HTTPError as error:
        raise _translate(host, error) from None  # its text may hold signed addresses
    except (OSError, ValueError, AttributeError) as error:
        # The last two come out of reading a response that another thread ends.
        raise _offline(host, f"the connection broke ({type(error).__name__})") from None


def _translate(host: str, error: exceptions.HTTPError) -> DownloadError:
    if isinstance(error, exceptions.ProxyError) or _from_socks(error):
        return DownloadError(
            f"The proxy on the way to {host} does not do its work.",
            hint="Check the proxy in the settings, under 'network', and that it runs.",
            kind="offline",
        )
    if isinstance(error, exceptions.SSLError):
        return DownloadError(
            f"{host} cannot prove that it is {host}: {_reason(error)}.",
            hint="Something may stand in between, such as a sign-in page or a proxy that reads "
            "along; its certificate must be among those of the system. Check the clock, too.",
            kind="untrusted",
        )
    if isinstance(error, exceptions.LocationParseError | exceptions.InvalidHeader):
        return DownloadError(f"The answer of {host} makes no sense.", kind="broken")
    if isinstance(error, exceptions.NameResolutionError):
        return _offline(host, "its name is not known")
    if isinstance(error, exceptions.ReadTimeoutError):
        return _offline(host, "it has sent nothing for too long")
    if isinstance(error, exceptions.NewConnectionError):
        return _offline(host, "it lets nobody connect")
    if isinstance(error, exceptions.ConnectTimeoutError):
        return _offline(host, "it does not answer")
    return _offline(host, "the connection broke")


def _from_socks(error: BaseException) -> bool:
    """Return whether a SOCKS proxy is to blame; its errors are only behind others."""
    return type(error.__cause__ or error.__context__).__module__ == "socks"


def _reason(error: BaseException) -> str:
    if isinstance(error, exceptions.SSLError) and error.args:
        error = error.args[0] if isinstance(error.args[0], BaseException) else error
    words = getattr(error, "verify_message", "") or getattr(error, "strerror", None)
    return str(words or type(error).__name__).rstrip(".")


def _offline(host: str, reason: str) -> DownloadError:
    return DownloadError(
        f"{host} is not reached: {reason}.",
        hint="Check the network, and its proxy; or choose another source.",
        kind="offline",
    )


def check_answer(host: str, status: int, headers: Mapping[str, str]) -> None:
    """Raise DownloadError if status and headers say that this is not what was asked for."""
    if status < 300:
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            raise DownloadError(f"{host} packs what it was asked not to pack.")
        return
    kind = _kind(status, headers)
    message, hint = _WORDS[kind]
    raise DownloadError(
        f"{host} {message} ({status}).",
        hint=hint,
        kind=kind,
        retry_after_s=_retry_after_s(headers.get("Retry-After", "")) if kind == "busy" else None,
    )


def _kind(status: int, headers: Mapping[str, str]) -> DownloadErrorKind:
    if headers.get("X-Error-Code", "") == "GatedRepo":
        return "gated"
    if status in (401, 403, 407, 451):
        return "refused"
    if status in (404, 410):
        return "missing"
    if status == 416:  # the part begins after the end
        return "changed"
    if status in (408, 425, 429) or status >= 500:
        return "busy"
    return "broken"


_WORDS: dict[DownloadErrorKind, tuple[str, str]] = {
    "gated": (
        "lets only those have this who have accepted its terms",
        "Accept the terms on the page of the model, and give a token of that account.",
    ),
    "refused": (
        "does not let you have this",
        "It may need a token, or another one: see the source's settings.",
    ),
    "missing": ("does not have this", "Check the name and the revision, or look it up again."),
    "changed": (
        "has less of this than it should",
        "Look it up again; it may be another one by now.",
    ),
    "busy": ("cannot answer at the moment", "Wait a little, or choose another source."),
    "broken": ("does not understand what it is asked", "Choose another source."),
}


def _retry_after_s(value: str) -> float | None:
    """Return the seconds to wait that a header names, as a number or as a date."""
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError, OSError):
            return None
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT_S)
