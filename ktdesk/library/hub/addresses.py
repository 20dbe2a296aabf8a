# SPDX-License-Identifier: Apache-2.0
"""Addresses of the sites that have models, as people copy them from their browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, unquote, urlsplit

from ktdesk.errors import DownloadError
from ktdesk.library.hub.names import is_repository, is_revision, is_safe_path

HUGGING_FACE, MIRROR, MODELSCOPE = "huggingface", "mirror", "modelscope"

_FILE_PAGES = frozenset({"blob", "resolve", "raw", "tree", "blame", "edit", "commits", "commit"})
_WITH_SLASHES = re.compile(r"refs/(pr/[0-9]+|convert/[A-Za-z0-9_-]+)")  # of which names have some
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Named:
    """A repository, and what of it.

    source: its id; '' where a text does not say. revision, label, path: '' likewise. label: of a
    quantisation. path: of a file or a folder in it.
    """

    repository: str
    source: str = ""
    revision: str = ""
    label: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A site whose addresses are known. source: the id of the source that it is."""

    source: str
    read: Callable[[list[str], dict[str, str]], Named | str]


def site_of(host: str, own: Mapping[str, str]) -> Site | None:
    """Return the site of a host, with its port if it has one; None if it is none of those known.

    own: addresses that stand in for sites, by the ids of the sources.
    """
    host = host.lower()
    for source, address in own.items():
        if host == urlsplit(address).netloc.lower():
            return Site(source, _modelscope if source == MODELSCOPE else _hugging_face)
    return SITES.get(host.rstrip("."))


def read_address(site: Site, path: str, query: str) -> Named | str:
    """Return what an address names, or the words that it searches for.

    Raises DownloadError if it is not of a model, or has what no name can have.
    """
    values = {key: given[-1] for key, given in parse_qs(query, max_num_fields=50).items()}
    parts = [unquote(part) for part in path.split("/") if part]
    place = site.read(parts, values)
    if isinstance(place, str):
        return place
    is_named = is_repository(place.repository) and "/" in place.repository
    is_right = (not place.path or is_safe_path(place.path)) and (
        not place.revision or is_revision(place.revision)
    )
    if not is_named or not is_right or (place.label and not _LABEL.fullmatch(place.label)):
        raise DownloadError(
            "The address has parts that no model can have.",
            hint="Copy it again from the model's page.",
        )
    return replace(place, source=site.source)


def _hugging_face(parts: list[str], query: dict[str, str]) -> Named | str:
    if parts[:2] == ["api", "models"]:
        parts = parts[2:]
    elif parts[:1] == ["models"]:
        return query.get("search", "")
    if parts[:1] in (["datasets"], ["spaces"], ["collections"], ["papers"], ["docs"]):
        raise DownloadError(
            f"This is an address of {parts[0]}, not of a model.",
            hint="Copy the address of a model's page.",
        )
    if len(parts) < 2:
        return parts[0] if parts else ""
    name, _, label = parts[1].partition(":")
    repository, rest = f"{parts[0]}/{name}", parts[2:]
    if len(rest) < 2 or rest[0] not in _FILE_PAGES:
        return Named(repository, path=query.get("show_file_info", ""), label=label)
    revision, path = _revision("/".join(rest[1:]))
    return Named(repository, revision=revision, path=path, label=label)


def _revision(text: str) -> tuple[str, str]:
    """Part a revision from the path that follows it."""
    if match := _WITH_SLASHES.match(text):
        return match[0], text[match.end() :].strip("/")
    revision, _, path = text.partition("/")
    return revision, path


def _modelscope(parts: list[str], query: dict[str, str]) -> Named | str:
    if parts[:2] == ["api", "v1"]:
        parts = parts[2:]
    if parts[:1] != ["models"]:
        raise DownloadError(
            "This is not the address of a model.", hint="Copy the address of a model's page."
        )
    if len(parts) < 3:
        return query.get("name") or query.get("search") or " ".join(parts[1:])
    repository, rest = f"{parts[1]}/{parts[2]}", parts[3:]
    if rest[:2] == ["file", "view"]:
        rest = ["resolve", *rest[2:]]
    if len(rest) >= 2 and rest[0] in _FILE_PAGES:
        path = "/".join(rest[2:]) or query.get("fileName", "")
        return Named(repository, revision=rest[1], path=path)
    return Named(repository, revision=query.get("Revision", ""), path=query.get("FilePath", ""))


SITES = {
    "huggingface.co": Site(HUGGING_FACE, _hugging_face),
    "www.huggingface.co": Site(HUGGING_FACE, _hugging_face),
    "hf.co": Site(HUGGING_FACE, _hugging_face),
    "hf-mirror.com": Site(MIRROR, _hugging_face),
    "www.hf-mirror.com": Site(MIRROR, _hugging_face),
    "modelscope.cn": Site(MODELSCOPE, _modelscope),
    "www.modelscope.cn": Site(MODELSCOPE, _modelscope),
    "modelscope.com": Site(MODELSCOPE, _modelscope),
    "www.modelscope.com": Site(MODELSCOPE, _modelscope),
    "modelscope.ai": Site(MODELSCOPE, _modelscope),
    "www.modelscope.ai": Site(MODELSCOPE, _modelscope),
}
