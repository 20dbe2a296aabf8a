# SPDX-License-Identifier: Apache-2.0
"""A short part of `tests.bench.server_load`, which is meant for minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.server_load import main


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to another program")
def test_many_clients_at_once(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(tiny), "--clients", "12", "--minutes", "0.08", "--threads", "1"])
    out = capsys.readouterr().out
    assert code == 0, out
    assert "answers compared" in out
