# SPDX-License-Identifier: Apache-2.0
"""How the condition of a model is decided, over every combination of what is known."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.state import Condition, ModelFile, decide

A, B = "a" * 64, "b" * 64

files = st.builds(
    ModelFile,
    path=st.integers(0, 10**6).map(lambda n: Path(f"{n}.gguf")),
    seal=st.none() | st.builds(Seal, st.integers(0, 2), st.just(1), st.just(1)),
    expected_bytes=st.none() | st.integers(0, 2),
    sha256=st.sampled_from(["", A, B]),
    expected_sha256=st.sampled_from(["", A, B]),
)


def is_wrong(file: ModelFile) -> bool:
    if file.seal is None:
        return False
    if file.expected_bytes is not None and file.expected_bytes != file.seal.size_bytes:
        return True
    return {file.sha256, file.expected_sha256} == {A, B}


@given(st.lists(files, min_size=1, max_size=4), st.sampled_from(["", "It is no model."]))
def test_what_may_load_has_every_file_none_wrong_and_can_be_read(
    found: list[ModelFile], reason: str
) -> None:
    state = decide(found, reason)
    whole = all(file.seal for file in found)
    may_load = whole and not any(map(is_wrong, found)) and not reason
    assert state.condition.may_load == may_load
    assert state.parts == len(found)
    assert len(state.missing) == sum(file.seal is None for file in found)
    assert len(state.damaged) == sum(map(is_wrong, found))


@given(st.lists(files, min_size=1, max_size=4))
def test_complete_means_that_every_hash_is_known_and_right(found: list[ModelFile]) -> None:
    is_complete = decide(found).condition is Condition.COMPLETE
    right = [f.seal is not None and f.sha256 == f.expected_sha256 != "" for f in found]
    assert is_complete == (all(right) and not any(map(is_wrong, found)))


@given(st.lists(files, min_size=1, max_size=4), st.sampled_from(["", "It is no model."]))
def test_gone_means_that_nothing_is_there_and_missing_that_something_is(
    found: list[ModelFile], reason: str
) -> None:
    condition = decide(found, reason).condition
    there = sum(file.seal is not None for file in found)
    assert (condition is Condition.GONE) == (there == 0)
    assert (condition is Condition.MISSING) == (0 < there < len(found))
