# SPDX-License-Identifier: Apache-2.0
"""Which barriers and waits of the GPU's kernels could be lost without any test noticing.

    python -m tests.gpu.mutations [FILE ...] [-- COMMAND]

FILE: of native/cuda/kernels, by default all. One after the other, each `__syncthreads` and
`__syncwarp` does nothing, and each `wait_copies` waits for one group less; then the tests of
kernels run on the emulated GPU (`make emulated` builds it), or another command that tests, in
several orders of threads, until one fails. Lists the lines without which none did; a line that no
test reaches is among them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
KERNELS = ROOT / "native" / "cuda" / "kernels"
SITE = re.compile(r"\b(__syncthreads\(|__syncwarp\(|wait_copies<)")
ORDERS = ("0", "1", "2", "3")
LIMIT_SECONDS = 1800  # of a run: a kernel that lost a barrier may never end
PYTEST = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]


def main(arguments: list[str]) -> int:
    """Run all mutants. Returns how many nothing noticed, or -1 if the tests fail without any."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    files, tests = arguments[:cut], arguments[cut + 1 :] or [*PYTEST, "tests/kernels", "-k", "gpu"]
    for order in ORDERS:
        if not passes(tests, order, ""):
            say(f"The tests fail as things are, in order {order}.")
            return -1
    unnoticed = 0
    for place, line in sites([KERNELS / name for name in files] or sorted(KERNELS.iterdir())):
        order = noticing_order(tests, place)
        unnoticed += order is None
        say(f"{'UNNOTICED' if order is None else f'order {order}'}\t{place}\t{line}")
    return unnoticed


def say(line: str) -> None:
    """Print it at once: the whole takes hours."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def sites(files: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield `file:line`, as the emulator takes it, and the text of each line to lose."""
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            code = line.partition("//")[0].strip()
            if SITE.search(code):
                yield f"kernels/{file.name}:{number}", code


def noticing_order(tests: list[str], place: str) -> str | None:
    """Return the first order of threads in which a test fails without this line."""
    return next((order for order in ORDERS if not passes(tests, order, place)), None)


def passes(tests: list[str], order: str, place: str) -> bool:
    """Run the tests in an order of threads and without a line, if one is named."""
    variables = {"KT_EMULATED_ORDER": order, "KT_EMULATED_SKIP": place}
    try:
        done = subprocess.run(
            tests,
            cwd=ROOT,
            env=os.environ | variables,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) != 0)
