# SPDX-License-Identifier: Apache-2.0
"""`ktdesk models show` and `find`: what a repository has, and what of it runs here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ktdesk.hardware.figures import overrule
from ktdesk.hardware.machine import Machine
from ktdesk.settings import HardwareSettings
from tests.hub import Hub
from tests.unit.cli.conftest import R1, On
from tests.unit.planning.machines import card, machine


def test_each_variant_is_one_line_with_a_verdict(ktdesk, on: On, hub: Hub) -> None:
    on(machine(352, card()))
    done = ktdesk("models", "show", R1)
    assert done.code == 0
    head, small, large = done.out.splitlines()
    assert head.startswith(f"{R1}  (")
    assert small.startswith("* Q2_K ")
    assert "; fits" in small
    assert "tokens/s" in small
    assert large.startswith("  Q4_K_M ")
    assert "405 GB in 3 files; runs from the disk, slowly" in large
    assert "* is the one to take here" in done.err
    assert hub.server.sent_bytes() < 4_000_000


def test_what_will_not_run_is_not_given_a_speed(ktdesk, on: On, hub: Hub) -> None:
    on(machine(1, card()))
    lines = ktdesk("models", "show", R1).out.splitlines()[1:]
    assert [line.endswith("; will not run here") for line in lines] == [True, True]


def test_quickly_no_header_is_read(ktdesk, hub: Hub) -> None:
    done = ktdesk("models", "show", R1, "--quick")
    assert "  Q4_K_M     405 GB in 3 files\n" in done.out
    assert hub.server.sent_bytes("/store/") == 0
    assert not [one for one in hub.server.served() if "/resolve/" in one.request.path]


def test_one_variant_can_be_asked_about(ktdesk, on: On, hub: Hub) -> None:
    on(machine(512, card()))
    told = json.loads(ktdesk("models", "show", f"{R1}:q2_k", "--json").out)
    [variant] = told["variants"]
    assert (told["repository"], told["recommended"], told["is_gated"]) == (R1, "Q2_K", False)
    assert (variant["label"], variant["fit"], variant["problem"]) == ("Q2_K", "comfortable", "")
    assert variant["decode"][0]["low"] > 0
    assert [file["path"] for file in variant["files"]] == ["R1-Q2_K.gguf"]


def test_a_folder_is_shown_as_a_repository(ktdesk, on: On, files: dict[str, Path]) -> None:
    on(machine(512, card()))
    folder = files["R1-Q2_K.gguf"].parent
    head, small, large = ktdesk("models", "show", folder).out.splitlines()
    assert head.startswith(f"{folder}  (licence not said")
    assert [small.split()[0], large.split()[:2]] == ["Q2_K", ["*", "Q4_K_M"]]


def test_what_cannot_be_read_is_said_beside_the_others(ktdesk, hub: Hub) -> None:
    hub.add("maker/junk", {"a-Q2_K.gguf": b"junk" * 100, "a-Q8_0.gguf": b"junk" * 200})
    done = ktdesk("models", "show", "maker/junk")
    assert done.code == 0
    assert "is not a GGUF file" in done.out


def test_without_words_the_catalogue_is_listed_without_a_network(
    ktdesk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(settings: HardwareSettings) -> Machine:
        return overrule(machine(512, card()), settings)

    monkeypatch.setattr("ktdesk.hardware.describe_machine", describe)
    done = ktdesk("models", "find")
    (home / "settings.toml").write_text("[hardware]\navailable_gb = 1\n", encoding="utf-8")
    assert "; in Q4_K_M: fits, " not in ktdesk("models", "find").out
    assert "; in Q4_K_M: fits, " in done.out
    entries = json.loads(ktdesk("models", "find", "--json").out)["catalogue"]
    titles = [line.split("  (")[0] for line in done.out.splitlines()[::2]]
    assert titles == [entry["title"] for entry in entries]
    assert all("/" in entry["repositories"][0] for entry in entries)


def test_the_speed_of_sources_is_measured(ktdesk, hub: Hub, home: Path) -> None:
    hub.add("maker/small", {"a-Q2_K.gguf": bytes(300_000)})
    nowhere = "http://127.0.0.1:9"
    settings = f'[sources]\nhub = "{hub.url}"\nmirror = "{nowhere}"\nmodelscope = "{nowhere}"\n'
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    told, *others = json.loads(ktdesk("models", "sources", "test", "maker/small", "--json").out)[
        "speeds"
    ]
    assert (told["source"], told["problem"]) == ("huggingface", "")
    assert told["bytes_per_s"] > 0
    assert [other["source"] for other in others if other["problem"]] == ["mirror", "modelscope"]
    assert "/s, begins after" in ktdesk("models", "sources", "test", "maker/small").out
    done = ktdesk("models", "sources", "test", "maker/none")
    assert done.code == 1
    assert "No source has maker/none" in done.err
