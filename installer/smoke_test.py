# SPDX-License-Identifier: Apache-2.0
"""Tries a frozen KTDesk: an answer of eight tokens in the terminal, and a window that opens.

python installer/smoke_test.py FOLDER [MODEL]. The model is the demo model by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPEN_S = 15  # a window that still stands after this has opened


def main() -> int:
    """Run both programs; return 0 if they do what they should."""
    folder = Path(sys.argv[1])
    suffix = ".exe" if sys.platform == "win32" else ""
    model = ["--model", sys.argv[2]] if len(sys.argv) > 2 else []
    answer_in_terminal(folder / f"ktdesk{suffix}", model)
    open_window(folder / f"ktdesk-app{suffix}")
    return 0


def answer_in_terminal(program: Path, model: list[str]) -> None:
    """Ask for eight tokens; end this process if they do not come."""
    # Under a grammar, since that needs a library of its own.
    grammar = Path(tempfile.mkdtemp()) / "any.lark"
    grammar.write_text("start: /(.|\\n)*/", encoding="utf-8")
    asked = ["--prompt", "Hello", "--max-tokens", "8", "--grammar", grammar]
    command = [program, "chat", *model, *asked, "--json"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if run.returncode:
        raise SystemExit(f"{program.name} ended with code {run.returncode}:\n{run.stderr}")
    answer = json.loads(run.stdout)
    if not 0 < len(answer["tokens"]) <= 8:
        raise SystemExit(f"{program.name} answered with {len(answer['tokens'])} tokens")
    print(f"{program.name}: {answer['text']!r}")


def open_window(program: Path) -> None:
    """Open the window, offscreen; end this process if it does not stay open."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    window = subprocess.Popen([program], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(OPEN_S)
        if window.poll() is not None:
            said = window.stderr.read() if window.stderr else ""
            raise SystemExit(f"{program.name} ended with code {window.returncode}:\n{said}")
        print(f"{program.name}: the window is open")
    finally:
        window.terminate()
        window.wait(timeout=10)


if __name__ == "__main__":
    sys.exit(main())
