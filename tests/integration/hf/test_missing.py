# SPDX-License-Identifier: Apache-2.0
"""Without `transformers` KTDesk says what is missing; with it, nothing else of KTDesk loads it."""

from __future__ import annotations

import subprocess
import sys

MISSING = """
import sys
sys.modules["transformers"] = None
from ktdesk.errors import KTDeskError
try:
    import ktdesk.hf
except KTDeskError as error:
    print(error, error.hint)
"""
UNUSED = "import sys, ktdesk.cli, ktdesk.runtime.loading; print('transformers' in sys.modules)"


def said(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout


def test_it_says_what_is_missing() -> None:
    words = said(MISSING)
    assert "transformers is not installed" in words
    assert "pip install ktdesk[hf]" in words


def test_nothing_else_needs_it() -> None:
    assert said(UNUSED).strip() == "False"
