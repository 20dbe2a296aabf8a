# SPDX-License-Identifier: Apache-2.0
"""What a person typed or pasted to find a model: words, a name, an address, a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.names import LOCK_NAME
from ktdesk.library.hub.addresses import SITES, Named, read_address, site_of
from ktdesk.library.hub.names import is_repository, is_safe_path
from ktdesk.library.web.addresses import redacted

_MOST_CHARACTERS = 2000
_NAME = re.compile(
    r"(?P<repository>[^\s:/\\]+/[^\s:/\\]+)(:(?P<label>[A-Za-z0-9][A-Za-z0-9_.-]{0,63}))?"
)
_HOST_WITH_PORT = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}(/.*)?")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):(//)?.*", re.DOTALL)
_PAGES = ("index.html", "index.htm", LOCK_NAME)  # of a folder
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True)
class Words:
    """Something to search for. May be empty: then for what is popular."""

    text: str


@dataclass(frozen=True, slots=True)
class OnServer:
    """A folder on a plain server. url: ends with '/'. path: of a file in it, or ''."""

    url: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class InFolder:
    """A folder of this computer, or of one it reaches. path: of a file in it, or ''."""

    folder: Path
    path: str = ""


Query = Words | Named | OnServer | InFolder


def read_query(text: str, own: Mapping[str, str] | None = None) -> Query:
    """Say what a text asks for. Raises DownloadError if it is an address that cannot be used.

    own: addresses that are used in place of the sites' own, by the ids of their sources.
    """
    shown = "".join(char if char.isprintable() else " " for char in text)
    text = shown.strip().strip("\"'<>").strip()
    if len(text) > _MOST_CHARACTERS:
        raise DownloadError(
            f"The text has more than {_MOST_CHARACTERS} characters.",
            hint="Enter words, a model's name or one address.",
        )
    if folder := _folder(text):
        return folder
    if address := _address(text):
        return _at(address, own or {})
    name = _NAME.fullmatch(text)
    if name and is_repository(name["repository"]):
        return Named(name["repository"], label=name["label"] or "")
    return Words(" ".join(text.replace(":", " ").split()))  # as in 'deepseek-r1:671b' elsewhere


def _folder(text: str) -> InFolder | None:
    if text.lower().startswith("file:"):
        path = _path_of(text)
    elif text.startswith(("/", "~", "./", "../", "\\\\")) or _DRIVE.match(text):
        path = _expanded(text)
    else:
        return None
    if path.suffix.lower() == ".gguf":
        return InFolder(path.parent.absolute(), path.name)
    return InFolder(path.absolute())


def _path_of(text: str) -> Path:
    """Return the path of a file: address, of which many are in use: one slash, two, three, none."""
    rest = text[len("file:") :]
    host = ""
    if rest.startswith("//") and not rest.startswith("///"):
        host, _, rest = rest[2:].partition("/")
        rest = f"/{rest}"
    if host and host.lower() != "localhost":
        if os.name != "nt":
            raise DownloadError(
                f"The address names another computer, {host}.",
                hint="Connect to its folder first, and give the path that it has here then.",
            )
        rest = f"//{host}{rest}"
    return Path(url2pathname(rest)) if rest.startswith("/") else _expanded(unquote(rest))


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # of a user that there is not
        return Path(text)


def _address(text: str) -> str:
    """Return an address, with its scheme, if a text is one."""
    if " " in text:
        return ""
    if text.lower().startswith(("http://", "https://")):
        return text
    host = text.partition("/")[0].lower()
    if host in SITES:
        return f"https://{text}"
    if _HOST_WITH_PORT.fullmatch(text) and (host.startswith("localhost") or {".", "/"} & {*text}):
        return f"http://{text}"
    scheme = _SCHEME.fullmatch(text)
    if scheme and "://" in text:
        raise DownloadError(
            f"KTDesk does not fetch from addresses that begin with {scheme['scheme']}:.",
            hint="Use one that begins with https:// or http://, or a folder.",
        )
    return ""


def _at(address: str, own: Mapping[str, str]) -> Query:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise DownloadError(
            f"{redacted(address)} is not an address.", hint="Check how it is written."
        ) from None
    if not parts.hostname or port == 0:
        raise DownloadError(
            f"{redacted(address)} names no server.", hint="Check how it is written."
        )
    if parts.username is not None or parts.password is not None:
        raise DownloadError(
            "The address has a user name or a password in it, which would be shown and kept.",
            hint="Leave them out; a token can be set for each source in the settings.",
        )
    site = site_of(parts.netloc, own)
    if site is None:
        return _on_server(parts.scheme, parts.netloc, parts.path)
    read = read_address(site, parts.path, parts.query)
    return Words(read) if isinstance(read, str) else read


def _on_server(scheme: str, host: str, path: str) -> OnServer:
    folder, _, name = path.rpartition("/")
    if name.lower() in _PAGES:
        name = ""
    elif not name.lower().endswith(".gguf"):  # a folder without its last slash
        folder, name = path, ""
    name, folder = unquote(name), folder.strip("/")
    if name and not is_safe_path(name):
        raise DownloadError(
            "The address names a file that can have no such name here.",
            hint="Give the address of the folder that it is in.",
        )
    url = f"{scheme.lower()}://{host}/{folder}/" if folder else f"{scheme.lower()}://{host}/"
    return OnServer(url, name)
