# SPDX-License-Identifier: Apache-2.0
"""A server that goes wrong as told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faulty_server import FaultyServer


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server
