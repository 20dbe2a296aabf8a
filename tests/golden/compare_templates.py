# SPDX-License-Identifier: Apache-2.0
"""Compare KTDesk with `transformers` on files of chat templates that are not in the repository.

    python -m tests.golden.compare_templates FILE ...

A file is a template, or a `tokenizer_config.json` that has one. For each, its hash and in how many
cases both write the same are printed, and the first case in which they do not.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from tests.unit.text.conversations import CONVERSATIONS
from tests.unit.text.rendering import OPTIONS, expected_text, lists_can_change, our_text


def main(paths: list[str]) -> int:
    """Compare all files; return 1 if any differs."""
    with lists_can_change():
        return max([_compare(Path(path)) for path in paths], default=0)


def _compare(path: Path) -> int:
    text = path.read_text("utf-8")
    source = json.loads(text)["chat_template"] if path.suffix == ".json" else text
    cases = written = 0
    different: list[str] = []
    for conversation, turns in CONVERSATIONS.items():
        for name, options in OPTIONS.items():
            for tools in (True, False):
                for prompt in (True, False):
                    ours = our_text(source, turns, options, tools=tools, prompt=prompt)
                    theirs = expected_text(source, turns, options, tools=tools, prompt=prompt)
                    cases += 1
                    written += not ours.startswith("refused")
                    if ours != theirs:
                        different.append(
                            f"  {conversation}, {name}, {tools=}, {prompt=}\n"
                            f"    KTDesk:       {ours!r:.300}\n    transformers: {theirs!r:.300}"
                        )
    digest = hashlib.sha256(source.encode()).hexdigest()
    print(
        f"{path.name} {digest[:16]}: {cases - len(different)} of {cases} cases the same, ", end=""
    )
    print(f"{written} written", *different[:1], sep="\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
