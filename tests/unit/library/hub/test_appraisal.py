# SPDX-License-Identifier: Apache-2.0
"""What quantisations would do here: one from its own header, others from its."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from gguf.constants import GGMLQuantizationType as Type

from ktdesk.errors import DownloadError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware.machine import Machine
from ktdesk.library.hub.appraisal import Appraisal, Appraiser, recommended, usual_variant
from ktdesk.library.hub.folder import Folder
from ktdesk.library.hub.header_cache import HeaderCache
from ktdesk.library.hub.listing import Listing, RemoteFile, Variant
from ktdesk.library.hub.remote_header import RemoteHeaders
from ktdesk.library.hub.source import Source
from ktdesk.library.hub.variants import variants_of
from ktdesk.library.web import Web
from ktdesk.planning.plan import Planner
from ktdesk.planning.this_machine import plan_as_loaded
from ktdesk.planning.verdict import Fit
from ktdesk.settings import EngineSettings
from tests.known.header import write_header
from tests.known.models import MODELS, Q2_K, Q4_K_M, Types
from tests.unit.planning.machines import card, machine

Q8_0 = Types(usual=Type.Q8_0, better=Type.Q8_0, head=Type.Q8_0)
SETTINGS = EngineSettings(context_tokens=8192)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qwen3-235B in three quantisations."""
    folder = tmp_path_factory.mktemp("quantisations")
    for name, types in {"Q2_K": Q2_K, "Q4_K_M": Q4_K_M, "Q8_0": Q8_0}.items():
        write_header(replace(MODELS["Qwen3-235B-A22B"], types=types), folder / f"Q-{name}.gguf")
    return folder


@pytest.fixture
def nothing_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ktdesk.planning.this_machine.taken_memory_bytes", lambda: 0)
    monkeypatch.setattr("ktdesk.planning.this_machine.taken_bytes", lambda card: 0)


def appraised(folder: Path, web: Web, cache: Path, on: Machine) -> list[Appraisal]:
    source = Folder(folder)
    listing = source.listing(".")
    appraiser = Appraiser(RemoteHeaders(web, HeaderCache(cache)), on)
    return [
        appraiser.appraise(source, listing, variant, SETTINGS)
        for variant in variants_of(listing.files)
    ]


MACHINES = {
    "64 GB": machine(64, card()),
    "128 GB": machine(128, card()),
    "150 GB": machine(150, card()),
    "192 GB": machine(192, card()),
    "512 GB": machine(512),
}


@pytest.mark.slow
@pytest.mark.parametrize("on", MACHINES.values(), ids=MACHINES)
def test_verdicts_are_those_of_the_files(
    folder: Path, web: Web, tmp_path: Path, on: Machine, nothing_taken: None
) -> None:
    for each in appraised(folder, web, tmp_path, on):
        planner = Planner(Checkpoint.open(folder / each.variant.files[0].path), on)
        here = plan_as_loaded(planner, SETTINGS)
        assert each.is_exact == (each.variant.label == "Q4_K_M")
        assert each.plan.verdict.fit is here.verdict.fit
        assert each.weights == here.anatomy.weights
        # Parts differ in how much smaller a quantisation makes them.
        exactly = 1e-9 if each.is_exact else 0.2
        for end in ("low", "high"):
            away, near = (getattr(p.decode[0].tokens_per_s, end) for p in (each.plan, here))
            assert away == pytest.approx(near, rel=exactly)


def test_one_header_is_read(folder: Path, web: Web, tmp_path: Path) -> None:
    appraised(folder, web, tmp_path / "cache", machine(64))
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_two_threads_read_a_header_once_and_others_do_not_wait(
    folder: Path, web: Web, tmp_path: Path
) -> None:
    source = Folder(folder)
    listing = source.listing(".")
    (first, *_) = variants_of(listing.files)
    begun, go_on = threading.Event(), threading.Event()
    read: list[str] = []

    class Slow(RemoteHeaders):
        def checkpoint(self, source: Source, listing: Listing, variant: Variant) -> Checkpoint:
            read.append(listing.repository)
            if listing.repository == ".":
                begun.set()
                assert go_on.wait(30)
            return super().checkpoint(source, replace(listing, repository="."), variant)

    appraiser = Appraiser(Slow(web, HeaderCache(tmp_path)), machine(512))
    with ThreadPoolExecutor(2) as threads:
        same = [
            threads.submit(appraiser.appraise, source, listing, first, SETTINGS) for _ in range(2)
        ]
        assert begun.wait(30)
        other = replace(listing, repository="other")
        appraiser.appraise(source, other, first, SETTINGS)  # while the two wait
        go_on.set()
        assert same[0].result() == same[1].result()
    assert sorted(read) == [".", "other"]


@pytest.mark.parametrize(
    ("on", "label"),
    [
        ("64 GB", "Q2_K"),
        ("128 GB", "Q2_K"),
        ("150 GB", "Q4_K_M"),  # with little memory left, but much better answers
        ("192 GB", "Q4_K_M"),
        ("512 GB", "Q4_K_M"),
    ],
)
def test_what_is_recommended(
    folder: Path, web: Web, tmp_path: Path, on: str, label: str, nothing_taken: None
) -> None:
    best = recommended(appraised(folder, web, tmp_path, MACHINES[on]))
    assert best is not None
    assert best.variant.label == label


def test_of_what_cannot_run_none_is_recommended(
    folder: Path, web: Web, tmp_path: Path, nothing_taken: None
) -> None:
    found = appraised(folder, web, tmp_path, machine(9))
    assert {each.plan.verdict.fit for each in found} == {Fit.WILL_NOT_RUN}
    assert recommended(found) is None
    assert recommended([]) is None


def test_incomplete_ones_are_not_recommended(
    folder: Path, web: Web, tmp_path: Path, nothing_taken: None
) -> None:
    found = [
        replace(each, variant=replace(each.variant, missing=(2,)))
        for each in appraised(folder, web, tmp_path, machine(512))
    ]
    assert recommended(found) is None


def test_which_header_is_read() -> None:
    def variant(label: str, *missing: int) -> Variant:
        return Variant(label, (RemoteFile(f"{label}.gguf", 1, ""),), missing)

    assert usual_variant([variant("Q2_K"), variant("Q4_K_M"), variant("Q8_0")]) == variant("Q4_K_M")
    assert usual_variant([variant("IQ1_S"), variant("IQ2_M"), variant("Q8_0")]) == variant("IQ2_M")
    assert usual_variant([variant("Q4_K_M", 3), variant("Q8_0")]) == variant("Q8_0")
    assert usual_variant([variant("Q4_K_M", 3)]) is None


def test_a_repository_without_models(web: Web, tmp_path: Path) -> None:
    source = Folder(tmp_path)
    listing = Listing("s", "a/b", "1", "", is_gated=False, files=(RemoteFile("x.bin", 1, ""),))
    appraiser = Appraiser(RemoteHeaders(web), machine(64))
    with pytest.raises(DownloadError, match="no whole model") as caught:
        appraiser.appraise(source, listing, Variant("x", listing.files), SETTINGS)
    assert caught.value.kind == "missing"
