# SPDX-License-Identifier: Apache-2.0
"""Measures what `ktdesk families` shows, and writes it and FAMILIES.md: python -m tests.families.

It takes about a minute. What it takes from elsewhere, tokenisers and templates, is counted by
commands of their own (tests/golden/README.md).
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path

from ktdesk import __version__, _native
from ktdesk.cli import families
from ktdesk.cli.families import Family, Share
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.architectures import ARCHITECTURES
from tests.families.known import template_cases, tokenizer_cases
from tests.families.measure import Measured
from tests.families.page import PAGE, page
from tests.integration.test_logits import MODELS

DATA = Path(families.__file__).with_name(families.FILE)


def main() -> None:
    """Measure every small model, and write both files."""
    logging.disable()
    measured = {name: Measured() for name in ARCHITECTURES}
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(MODELS):
            tiny = MODELS[name](Path(folder) / f"{number}.gguf")
            found = measured[Checkpoint.open(tiny.path).architecture]
            found.add(name, tiny)
            sys.stdout.write(f"{name}: {found.logits_error:.1e}\n")
    data = {
        "version": __version__,
        "date": date.today().isoformat(),
        "transformers": version("transformers"),
        "torch": version("torch").partition("+")[0],
        "instruction_set": _native.isa(),
        "families": [asdict(_family(name, found)) for name, found in measured.items()],
    }
    DATA.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(data), "utf-8")


def _family(architecture: str, found: Measured) -> Family:
    return Family(
        architecture=architecture,
        models=models_of(architecture),
        features=found.features,
        small_models=found.small_models,
        logits_error=float(f"{found.logits_error:.1e}"),
        tokenizers=tokenizer_cases(architecture),
        templates=template_cases(architecture),
        llama_cpp={k: Share(equal, cases) for k, (equal, cases, _) in found.llama_cpp.items()},
        llama_cpp_models={k: models for k, (_, _, models) in found.llama_cpp.items()},
    )


def models_of(architecture: str) -> str:
    """Return what the architecture's module says first: whose models these are."""
    about = sys.modules[ARCHITECTURES[architecture].__module__].__doc__ or ""
    return about.partition(":")[0]


if __name__ == "__main__":
    main()
