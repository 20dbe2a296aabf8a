# SPDX-License-Identifier: Apache-2.0
"""Serves one file, without faults, until its input ends: `python -m tests.faulty_server FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.faulty_server.server import FaultyServer

if __name__ == "__main__":
    with FaultyServer() as server:
        sys.stdout.write(server.add("/file", Path(sys.argv[1])) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
