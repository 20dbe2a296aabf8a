# SPDX-License-Identifier: Apache-2.0
"""Whatever a source answers: a listing that can be used, or a DownloadError in words."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktdesk.errors import DownloadError
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.huggingface import HuggingFace
from ktdesk.library.hub.modelscope import ModelScope
from ktdesk.library.hub.names import is_repository, is_revision, is_safe_path
from ktdesk.library.hub.source import Source
from ktdesk.library.hub.variants import variants_of
from ktdesk.library.web import Web

NAME = "maker/model-GGUF"
HUGGING_FACE = {
    "id": NAME,
    "sha": "0" * 40,
    "gated": False,
    "tags": ["gguf", "license:mit"],
    "siblings": [
        {"rfilename": "a/m-Q4_0-00001-of-00002.gguf", "size": 7, "lfs": {"sha256": "0" * 64}},
        {"rfilename": "README.md", "size": 1},
    ],
    "gguf": {"total": 7},
    "downloads": 7,
    "lastModified": "2026-11-29T00:00:00Z",
}
MODELSCOPE = {
    "Code": 200,
    "Success": True,
    "Data": {
        "Files": [
            {"Path": "a", "Type": "tree"},
            {"Path": "m.gguf", "Type": "blob", "Size": 7, "Sha256": "0" * 64, "Revision": "1"},
        ],
        "LatestCommitter": {"Id": "", "ShortId": "1"},
    },
    "data": {"models": [{"id": NAME, "tags": ["license:mit"], "params": 7}], "total_count": 1},
}  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["../x", "a\\b", "\ud800", "x" * 2000, "license:\u202ex", 1 << 80]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)  # fmt: skip


class Says:
    """In place of `Web`: one answer to every question."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.status, self.headers = answer, 200, {}

    def open(self, method: str, url: str, *, headers: Mapping[str, str]) -> Says:
        return self

    def json(self, *_: object) -> Any:
        return self.answer

    def __enter__(self) -> Says:
        return self

    def __exit__(self, *_: object) -> None: ...


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in an answer that can be something else."""
    if not isinstance(value, dict | list):
        return [at]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [at, *(place for key, each in inner for place in places(each, (*at, key)))]


def changed(answer: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    whole = here = copy.deepcopy(answer)
    for key in at[:-1]:
        here = here[key]
    here[at[-1]] = value
    return whole


def sources(answer: Any) -> list[Source]:
    web = cast(Web, Says(answer))
    return [
        HuggingFace(web, Credentials({}), "http://hub", id="huggingface", title="Hub"),
        ModelScope(web, Credentials({}), "http://scope"),
    ]


@pytest.mark.parametrize("whole", [HUGGING_FACE, MODELSCOPE], ids=["Hugging Face", "ModelScope"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_answer_does_harm(whole: Any, data: st.DataObject) -> None:
    answer = changed(whole, data.draw(st.sampled_from(places(whole))), data.draw(JSON))
    for source in sources(answer):
        look_at(source)
    for source in sources([answer, answer]):
        look_at(source)


def look_at(source: Source) -> None:
    with suppress(DownloadError):
        listing = source.listing(NAME)
        assert is_repository(listing.repository)
        assert is_revision(listing.revision)
        assert all(is_safe_path(file.path) and file.size_bytes >= 0 for file in listing.files)
        assert all(variant.files for variant in variants_of(listing.files))
    with suppress(DownloadError):
        hits = source.search("x", 5)
        assert all(is_repository(hit.repository) and hit.downloads >= 0 for hit in hits)
        assert all(f"{hit.licence}{hit.updated}".isprintable() for hit in hits)
