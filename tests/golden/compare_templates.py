# SPDX-License-Identifier: Apache-2.0
"""Compare KTDesk with `transformers` on chat templates, also files that are not in the repository.

    python -m tests.golden.compare_templates [FILE ...]

A file is a template, or a `tokenizer_config.json` that has one. For each, and for those of the
tests, it prints in how many cases both write the same, and the first case in which they do not.
templates.json keeps the counts, also of files that are not given this time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from tests.unit.text.conversations import CONVERSATIONS, TEMPLATES
from tests.unit.text.rendering import OPTIONS, expected_text, lists_can_change, our_text
from tests.unit.text.test_real_templates import NO_CONTENT, TEXT_ARGUMENTS

FILE = Path(__file__).parent / "templates.json"
Count = dict[str, str | int]


def main(paths: list[str]) -> int:
    """Compare all, and keep the counts; return 1 if any differs."""
    given = {path.stem: _source(path) for path in map(Path, paths)}
    counts: dict[str, Count] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    with lists_can_change():
        counts |= {name: _compare(name, text) for name, text in (TEMPLATES | given).items()}
    FILE.write_text(json.dumps(dict(sorted(counts.items())), indent=1) + "\n", "utf-8")
    return int(any(count["equal"] != count["cases"] for count in counts.values()))


def _source(path: Path) -> str:
    text = path.read_text("utf-8")
    return json.loads(text)["chat_template"] if path.suffix == ".json" else text


def _compare(name: str, source: str) -> Count:
    cases = written = 0
    different: list[str] = []
    forms = {"text_arguments": name in TEXT_ARGUMENTS, "no_content": name in NO_CONTENT}
    for conversation, turns in CONVERSATIONS.items():
        for option, options in OPTIONS.items():
            for tools in (True, False):
                for prompt in (True, False):
                    ours = our_text(source, turns, options, tools=tools, prompt=prompt)
                    theirs = expected_text(
                        source, turns, options, tools=tools, prompt=prompt, **forms
                    )
                    cases += 1
                    written += not ours.startswith("refused")
                    if ours != theirs:
                        different.append(
                            f"  {conversation}, {option}, {tools=}, {prompt=}\n"
                            f"    KTDesk:       {ours!r:.300}\n    transformers: {theirs!r:.300}"
                        )
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    equal = cases - len(different)
    print(f"{name} {digest}: {equal} of {cases} cases the same, {written} written")
    print(*different[:1], sep="\n", end="")
    return {"sha256": digest, "cases": cases, "equal": equal}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
