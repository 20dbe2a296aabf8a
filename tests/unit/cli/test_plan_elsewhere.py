# SPDX-License-Identifier: Apache-2.0
"""`ktdesk plan OWNER/NAME`: models of a hub, planned before a weight of them is fetched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faulty_server import Fault, FaultyServer, Reply
from tests.hub import Hub
from tests.unit.cli.conftest import R1 as NAME
from tests.unit.cli.conftest import On
from tests.unit.planning.machines import card, machine


@pytest.mark.slow
def test_a_model_of_a_hub_is_planned(ktdesk, on: On, hub: Hub, files: dict[str, Path]) -> None:
    on(machine(512, card()))
    away = ktdesk("plan", f"{NAME}:Q4_K_M", "--context", "32768")
    assert away.code == 0
    assert f"{NAME}:Q4_K_M: 405 GB in 3 parts, of 2 quantisations." in away.err
    here = ktdesk("plan", files["R1-Q4_K_M-00001-of-00003.gguf"], "--context", "32768")
    assert away.out == here.out
    assert hub.server.sent_bytes() < 4_000_000


def test_what_json_says_of_it(ktdesk, on: On, hub: Hub) -> None:
    on(machine(512, card()))
    said = json.loads(ktdesk("plan", "--json", f"{NAME}:q2_k").out)
    assert (said["repository"], said["quantisation"]) == (NAME, "Q2_K")
    assert said["revision"] == hub.repositories[NAME].commit
    assert said["files"] == ["R1-Q2_K.gguf"]
    assert said["fit"] == "comfortable"


def test_addresses_of_servers_and_folders_are_planned(
    ktdesk, on: On, files: dict[str, Path]
) -> None:
    on(machine(512, card()))
    path = files["R1-Q2_K.gguf"]
    with FaultyServer() as server:
        server.fail_always("/", Fault(reply=Reply(200, f'<a href="{path.name}">x</a>'.encode())))
        for address in (server.add(f"/{path.name}", path), server.url, path.as_uri()):
            said = json.loads(ktdesk("plan", "--json", address).out)
            assert (said["quantisation"], said["fit"]) == ("Q2_K", "comfortable")


@pytest.mark.parametrize(("memory", "chosen"), [(512, "Q4_K_M"), (352, "Q2_K"), (16, "Q2_K")])
def test_without_a_quantisation_the_best_here_is_taken(
    ktdesk,
    on: On,
    hub: Hub,
    memory: int,
    chosen: str,
) -> None:
    on(machine(memory, card()))
    said = json.loads(ktdesk("plan", "--json", NAME).out)
    assert said["quantisation"] == chosen


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("maker/nothing", "has no maker/nothing that you may see"),
        (f"{NAME}:Q5_K_M", f"{NAME} has no Q5_K_M"),
        ("https://huggingface.co/datasets/a/b", "an address of datasets"),
        ("somewhere/missing.gguf", "There is no file somewhere/missing.gguf"),
    ],
)
def test_what_cannot_be_planned(ktdesk, hub: Hub, model: str, message: str) -> None:
    done = ktdesk("plan", model)
    assert done.code == 1
    assert message in done.err
