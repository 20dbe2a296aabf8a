# SPDX-License-Identifier: Apache-2.0
"""A hub to ask, and credentials that come from nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.huggingface import HuggingFace
from ktdesk.library.web import Web
from tests.faulty_server import FaultyServer
from tests.hub import Hub


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """Keep the store of secrets of whoever runs the tests out of them."""
    yield from kept(fail.Keyring())


def kept(backend: KeyringBackend) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield
    keyring.set_keyring(before)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


@pytest.fixture
def store() -> Iterator[FaultyServer]:
    """Another host, to which the hub leads on for files."""
    with FaultyServer() as server:
        yield server


@pytest.fixture
def hub(server: FaultyServer, store: FaultyServer) -> Hub:
    return Hub(server, store)


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(connect_timeout_s=5, read_timeout_s=5)
    yield web
    web.close()


@pytest.fixture
def credentials() -> Credentials:
    return Credentials({})


@pytest.fixture
def source(hub: Hub, web: Web, credentials: Credentials) -> HuggingFace:
    return HuggingFace(web, credentials, hub.url, id="huggingface", title="Hugging Face")
