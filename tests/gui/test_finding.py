# SPDX-License-Identifier: Apache-2.0
"""Looking for models in several sources: what they have, what names mean, what is here already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.errors import DownloadError, KTDeskError
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.remote_header import RemoteHeaders
from ktdesk.library.hub.sources import Sources
from ktdesk.library.web import Web
from ktdesk.settings import NetworkSettings, Settings, SourcesSettings, models_folder
from tests.faulty_server import FaultyServer
from tests.hub.server import Hub
from ui.library.finding import HubFinder

NOWHERE = "http://127.0.0.1:9"
FILES = {
    "m-Q4_K_M.gguf": b"GGUF4",
    "m-Q8_0.gguf": b"GGUF8",
    "big/m-F16-00001-of-00002.gguf": b"GGUF1",
}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with FaultyServer() as server:
        hub = Hub(server)
        hub.add("owner/model", FILES, cardData={"license": "mit"})
        hub.add("other/model-two", {"x-Q4_0.gguf": b"GGUF"}, gated="auto")
        yield hub


@pytest.fixture
def finder(hub: Hub, tmp_path: Path) -> Iterator[HubFinder]:
    stick = tmp_path / "stick" / "mine" / "model-three"
    stick.mkdir(parents=True)
    (stick / "three-Q8_0.gguf").write_bytes(b"GGUF")
    sources = SourcesSettings(
        hub=hub.url, mirror=hub.url, modelscope=NOWHERE, folders=(str(tmp_path / "stick"),)
    )
    settings = Settings(sources=sources)
    credentials, web = Credentials({}), Web(NetworkSettings())
    made = Sources(sources, web, credentials)
    yield HubFinder(lambda: settings, lambda: made, RemoteHeaders(web), credentials)
    web.close()


def test_all_sources_answer_in_turns_and_the_one_that_cannot_is_named(finder: HubFinder) -> None:
    rows = finder.search("model", "", 100)
    titles = [row.title for row in rows if row.id]
    assert sorted(titles) == ["mine/model-three", "other/model-two", "owner/model"]
    (silent,) = [row.title for row in rows if not row.id]
    assert silent.startswith("ModelScope: ")


def test_what_a_mirror_has_too_is_shown_once(finder: HubFinder) -> None:
    titles = [row.title for row in finder.search("owner", "", 100) if row.id]
    assert titles == ["owner/model"]


def test_if_no_source_answers_the_error_is_raised(finder: HubFinder) -> None:
    with pytest.raises(DownloadError):
        finder.search("model", "modelscope", 100)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("owner/model", None),
        ("owner/model:Q8_0", "Q8_0"),
        ("https://huggingface.co/owner/model", None),
        ("https://huggingface.co/owner/model/blob/main/m-Q4_K_M.gguf", "Q4_K_M"),
    ],
)
def test_a_name_or_an_address_is_one_row_and_says_what_is_wanted(
    finder: HubFinder, text: str, wanted: str | None
) -> None:
    (row,) = finder.search(text, "", 100)
    details = finder.open(row.id)
    assert [offer.variant.label for offer in details.offers if offer.is_wanted] == (
        [wanted] if wanted else []
    )
    assert {offer.variant.label for offer in details.offers} == {"Q4_K_M", "Q8_0", "F16"}
    assert details.page.endswith("/owner/model")


def test_what_is_on_this_machine_already_is_marked(finder: HubFinder) -> None:
    place = models_folder() / "owner" / "model"
    place.mkdir(parents=True)
    (place / "m-Q8_0.gguf").write_bytes(b"GGUF8")
    (place / "m-Q4_K_M.gguf").write_bytes(b"GG")  # another size
    (row,) = finder.search("owner/model", "", 100)
    kept = [offer.variant.label for offer in finder.open(row.id).offers if offer.is_kept]
    assert kept == ["Q8_0"]


def test_missing_parts_and_terms_are_said(finder: HubFinder) -> None:
    (row,) = finder.search("owner/model", "", 100)
    (half,) = (o for o in finder.open(row.id).offers if o.variant.label == "F16")
    assert half.variant.missing == (2,)
    gated = next(row for row in finder.search("two", "huggingface", 9) if row.id)
    assert finder.open(gated.id).listing.is_gated
    assert "terms to accept" in gated.about
    assert finder.takes_token(gated.id)


def test_headers_that_are_no_models_are_an_error_with_words(finder: HubFinder) -> None:
    (row,) = finder.search("owner/model", "", 100)
    with pytest.raises(KTDeskError):
        finder.judge(finder.open(row.id))


@pytest.mark.slow
def test_the_catalogue_has_those_first_that_run_well(finder: HubFinder, hub: Hub) -> None:
    rows = finder.catalogue()
    assert not hub.server.served()
    fits = [row.fit for row in rows if row.id]
    well = [fit in ("comfortable", "tight") for fit in fits]
    assert well == sorted(well, reverse=True)
    assert len(fits) >= 10
    assert {row.title for row in rows} >= {"DeepSeek-R1-0528", "gpt-oss-20b"}
