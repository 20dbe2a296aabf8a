# SPDX-License-Identifier: Apache-2.0
"""A plain web server as a source: its folders are pages with links, as servers make them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urljoin, urlsplit

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.names import LOCK_NAME
from ktdesk.library.fetch.order import Origin
from ktdesk.library.hub import answers
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.names import checked_size, is_safe_path
from ktdesk.library.hub.source import UrlOrigin
from ktdesk.library.hub.tree import DEPTH, MOST_FOLDERS, Tree, below, folders_of, hashes_of
from ktdesk.library.hub.variants import is_model
from ktdesk.library.shelf.lock_file import parse_locks
from ktdesk.library.web import Web
from ktdesk.library.web.addresses import host_of

_MOST_PAGE_BYTES = 4_000_000
_READ_BYTES = 1 << 16


class PlainServer(Tree):
    """A folder of a server and those below it. address: of the folder.

    Sizes and hashes are those of lock files in it; sizes else what the server says of each file.
    """

    takes_token = True

    def __init__(self, web: Web, credentials: Credentials, address: str) -> None:
        self.id = self.address = address.rstrip("/") + "/"
        self.title = host_of(address)
        self._web = web
        self._headers = partial(credentials.headers, self.address)

    def paths(self, folder: str) -> list[str]:
        """Return the paths of the model files below a folder, as the lists of links tell."""
        found: list[str] = []
        waiting, seen = [(folder, 0)], 0
        while waiting and seen < MOST_FOLDERS:
            here, depth = waiting.pop()
            seen += 1
            for name in self._links(here):
                path = below(here, name.rstrip("/"))
                if not name.endswith("/"):
                    found += [path] if is_model(name) else []
                elif depth < DEPTH:
                    waiting.append((path, depth + 1))
        return sorted(found)

    def files(self, paths: Iterable[str]) -> list[RemoteFile]:
        """Return sizes and hashes, asking for what no lock file tells."""
        paths = tuple(paths)
        locked = {folder: self._locked(folder) for folder in folders_of(paths)}
        sizes = {below(f, file.path): file.size_bytes for f, fs in locked.items() for file in fs}
        hashes = hashes_of(locked)
        found: list[RemoteFile] = []
        for path in paths:
            size = sizes[path] if path in sizes else self._size(path)
            found.append(RemoteFile(path, size, hashes.get((path, size), "")))
        return found

    def origin(self, repository: str, revision: str) -> Origin:
        """Return where files can be had: below the folder's own address."""
        self.check(repository)
        return UrlOrigin(self.id, lambda path: self._url(below(repository, path)), self._headers)

    def _url(self, path: str) -> str:
        return self.address if path == "." else self.address + quote(path)

    def _links(self, folder: str) -> list[str]:
        url = self._url(folder).rstrip("/") + "/"
        with self._web.open("GET", url, headers=self._headers()) as response:
            page = bytearray()
            while data := response.read(_READ_BYTES):
                page += data
                if len(page) > _MOST_PAGE_BYTES:
                    raise answers.senseless(self.title)
            base = response.url
        return links_in(page.decode("utf-8", "replace"), base)

    def _size(self, path: str) -> int:
        with self._web.open("HEAD", self._url(path), headers=self._headers()) as response:
            said = response.headers.get("Content-Length", "")
        return checked_size(int(said) if said.isdecimal() else None, path)

    def _locked(self, folder: str) -> list[RemoteFile]:
        try:
            document = self._web.json(self._url(below(folder, LOCK_NAME)), self._headers())
            return [file for lock in parse_locks(document) for file in lock.files]
        except ValueError:
            return []
        except DownloadError as error:
            if error.kind in ("missing", "broken", "refused"):  # it has none that can be used
                return []
            raise


def links_in(page: str, address: str) -> list[str]:
    """Return the names in a folder that a list of links leads to; those of folders end in '/'."""
    parser = _Links()
    parser.feed(page)
    parser.close()
    base = urlsplit(address)._replace(query="", fragment="").geturl().rpartition("/")[0] + "/"
    names: dict[str, None] = {}
    for link in parser.found:
        try:
            target = urljoin(base, link)
        except ValueError:
            continue
        rest = target.removeprefix(base)
        if rest == target or not rest or {"?", "#"} & {*rest}:
            continue
        name = unquote(rest)
        is_hidden = name.startswith(".")
        if not is_hidden and _is_name(name.removesuffix("/")):
            names[name] = None
    return list(names)


def _is_name(name: str) -> bool:
    return "/" not in name and is_safe_path(name)


class _Links(HTMLParser):
    """Collects where a page leads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]
