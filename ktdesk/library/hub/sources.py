# SPDX-License-Identifier: Apache-2.0
"""All sources of the settings, and what a text means among them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from ktdesk.errors import DownloadError
from ktdesk.library.hub.addresses import HUGGING_FACE, MIRROR, MODELSCOPE
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.folder import Folder
from ktdesk.library.hub.huggingface import HuggingFace
from ktdesk.library.hub.modelscope import ModelScope
from ktdesk.library.hub.server import PlainServer
from ktdesk.library.hub.source import Source
from ktdesk.library.hub.tree import ROOT
from ktdesk.library.hub.words import InFolder, Named, OnServer, Words, read_query
from ktdesk.library.web import Web
from ktdesk.settings import SourcesSettings


@dataclass(frozen=True, slots=True)
class Place:
    """A repository of a source, and what of it is wanted; see `Named`."""

    source: Source
    repository: str
    revision: str = ""
    label: str = ""
    path: str = ""


class Sources:
    """The sources. From any thread. Raises DownloadError for addresses that are none."""

    def __init__(self, settings: SourcesSettings, web: Web, credentials: Credentials) -> None:
        self._web, self._credentials = web, credentials
        self._own = {
            HUGGING_FACE: settings.hub,
            MIRROR: settings.mirror,
            MODELSCOPE: settings.modelscope,
        }
        hub = HuggingFace(web, credentials, settings.hub, id=HUGGING_FACE, title="Hugging Face")
        mirror = HuggingFace(web, credentials, settings.mirror, id=MIRROR, title="Mirror")
        modelscope = ModelScope(web, credentials, settings.modelscope)
        servers = [PlainServer(web, credentials, address) for address in settings.servers]
        folders = [Folder(Path(folder).expanduser()) for folder in settings.folders]
        every: list[Source] = [hub, mirror, modelscope, *servers, *folders]
        # The first one is asked when nothing is said.
        self.all = tuple(sorted(every, key=lambda source: source.id != settings.preferred))

    def find(self, id: str) -> Source:  # noqa: A002 - the name that sources have in common
        """Return the source of an id that a listing has; also one not in the settings by now."""
        for source in self.all:
            if source.id == id:
                return source
        if id.startswith(("http://", "https://")):
            return PlainServer(self._web, self._credentials, id)
        if Path(id).is_absolute():
            return Folder(Path(id))
        raise DownloadError(
            f"There is no source {id!r}.", hint="Look the model up again, in another source."
        )

    def read(self, text: str) -> Words | Place:
        """Say what a text asks for. Raises DownloadError if it is an address of nothing."""
        match read_query(text, self._own):
            case Words() as words:
                return words
            case Named() as named:
                source = self.find(named.source) if named.source else self.all[0]
                return Place(source, named.repository, named.revision, named.label, named.path)
            case OnServer(url, path):
                source, folder = self._server_of(url)
                return Place(source, folder, path=path)
            case InFolder(folder, path):
                source, below = self._folder_of(folder)
                return Place(source, below, path=path)

    def _server_of(self, url: str) -> tuple[Source, str]:
        for source in self.all:
            if isinstance(source, PlainServer) and url.startswith(source.address):
                return source, unquote(url.removeprefix(source.address)).strip("/") or ROOT
        return PlainServer(self._web, self._credentials, url), ROOT

    def _folder_of(self, path: Path) -> tuple[Source, str]:
        for source in self.all:
            if isinstance(source, Folder) and path.is_relative_to(source.path):
                return source, path.relative_to(source.path).as_posix()
        return Folder(path), ROOT
