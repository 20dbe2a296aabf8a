# SPDX-License-Identifier: Apache-2.0
"""Placement files: what they accept, and what they say when they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.errors import PlacementError
from ktdesk.operators.placement import Placement, shipped_placements
from ktdesk.operators.rules import SlotPath

SLOTS = [
    SlotPath("layers.0.mlp.experts", "experts"),
    SlotPath("layers.0.self_attn.o_proj", "linear"),
    SlotPath("lm_head", "linear"),
]


def rules(*lines: str) -> Placement:
    return Placement.parse("test", "rules:\n" + "".join(f"  - {line}\n" for line in lines))


def test_the_first_rule_that_matches_wins() -> None:
    placement = rules(
        "{match: layers.*.mlp.experts, use: experts.torch}",
        "{match: lm_head, use: linear.torch}",
        "{match: '**', use: '*.cpu'}",
    )
    chosen = placement.assign(SLOTS)
    assert {s.path: chosen[s.path].operator_for(s) for s in SLOTS} == {
        "layers.0.mlp.experts": "experts.torch",
        "layers.0.self_attn.o_proj": "linear.cpu",
        "lm_head": "linear.torch",
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{match: '**', use: linear.tors}"], "no operator 'linear.tors'. Did you mean"),
        (["{match: '**', use: '*.gpu'}"], "No operator has the variant 'gpu'"),
        (["{match: '**', use: experts.cpu, with: {thread: 4}}"], "has no option 'thread'"),
        (["{match: '**', use: '*.cpu', with: {card: 1}}"], "has no option 'card'"),
        (["{match: '**', use: '*.cuda', with: {card: -1}}"], "names the card -1"),
        (["{match: '**', use: '*.cuda', with: {card: first}}"], "names the card 'first'"),
        (
            ["{match: '**', use: '*.torch', with: {device: gpu}}"],
            "the device 'gpu'; torch's are cpu and cuda",
        ),
        (["{match: '**', use: '*.torch', with: {device: [cuda]}}"], "names the device"),
        (["{match: '**', use: '*.cuda', with: {device: cuda}}"], "has no option 'device'"),
        (["{match: '**', use: '*.cuda', with: {resident: 2}}"], "has no option 'resident'"),
        (["{match: '**', use: experts.host, with: {resident: -1}}"], "cannot be resident as -1"),
        (["{match: '**', use: experts.host, with: {resident: [7-3]}}"], "resident as '7-3'"),
        (["{match: '**', use: experts.host, with: {resident: [3, 1-4]}}"], "3 is resident twice"),
        (["{match: '**', use: linear.cpu}"], "places the experts at layers.0.mlp.experts"),
        (
            ["{match: 'layers.*.experts', use: experts.cpu}", "{match: '**', use: '*.cpu'}"],
            r"'layers.\*.experts' \(experts.cpu\) matches nothing",
        ),
        (["{match: '**'}"], "needs the texts match and use"),
        (["{match: '**', use: '*.cpu', when: now}"], "unknown entry 'when'"),
        (["{match: '**', use: '*.cpu', with: 3}"], "are not a mapping"),
        (["just a text"], "not a mapping"),
    ],
)
def test_mistakes_are_named(lines: list[str], message: str) -> None:
    with pytest.raises(PlacementError, match=message) as caught:
        rules(*lines).assign(SLOTS)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "rules: []", "rules: 3", "- a", "rules: [", "model: x"])
def test_a_file_without_rules_is_refused(text: str) -> None:
    with pytest.raises(PlacementError, match="test"):
        Placement.parse("test", text)


def test_a_pattern_matches_whole_parts_only() -> None:
    placement = rules("{match: layers.*.o_proj, use: linear.cpu}", "{match: '**', use: '*.torch'}")
    with pytest.raises(PlacementError, match="matches nothing"):
        placement.assign(SLOTS)  # `*` is one part of the path, not two


def test_a_pattern_may_name_a_range_of_numbers() -> None:
    slots = [SlotPath(f"layers.{i}.mlp.experts", "experts") for i in range(12)]
    placement = rules(
        "{match: layers.2-10.mlp.experts, use: experts.torch}", "{match: '**', use: '*.cpu'}"
    )
    chosen = placement.assign(slots)
    chosen_by = [i for i, slot in enumerate(slots) if chosen[slot.path].use == "experts.torch"]
    assert chosen_by == list(range(2, 11))
    for mistaken in ("layers.5-3.mlp.experts", "layers.2-a.mlp.experts", "layers.2-99999.*.*"):
        with pytest.raises(PlacementError, match="matches nothing"):
            rules(f"{{match: {mistaken}, use: '*.cuda'}}", "{match: '**', use: '*.cpu'}").assign(
                slots
            )


def test_files_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert Placement.load("cpu_only").rules[0].use == "*.cpu"
    own = tmp_path / "own.yaml"
    own.write_text("model: llama\nrules: [{match: '**', use: '*.torch'}]", encoding="utf-8")
    assert Placement.load(str(own)).model == "llama"
    with pytest.raises(PlacementError, match=r"no placement called 'cpu_onyl'. Did you mean"):
        Placement.load("cpu_onyl")
    with pytest.raises(PlacementError, match="cannot be read"):
        Placement.load(str(tmp_path / "missing.yaml"))


def test_a_rule_may_name_a_class() -> None:
    placement = rules("{class: routed, use: experts.torch}", "{match: '**', use: '*.cpu'}")
    chosen = placement.assign(SLOTS)
    assert [path for path, rule in chosen.items() if rule.use == "experts.torch"] == [SLOTS[0].path]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "{class: rooted, use: '*.cpu'}",
            "3: there is no class 'rooted'. Did you mean 'routed'",
        ),
        ("{class: routed, match: '**', use: '*.cpu'}", "line 3: .* needs the texts"),
        ("{match: '**', use: '*.cpu', wiht: {}}", "line 3: .* 'wiht'. Did you mean 'with'"),
        (
            "{match: '**', use: experts.cpu, with: {thread: 4}}",
            "Line 3: .* has no option",
        ),
        ("{match: a, use: '*.cpu'}", "rule in line 3 for 'a' .* matches nothing"),
        ("[", "line 4: it is not YAML"),
    ],
)
def test_mistakes_are_named_with_their_line(line: str, message: str) -> None:
    with pytest.raises(PlacementError, match=message) as caught:
        rules("{match: lm_head, use: linear.torch}", line, "{match: '**', use: '*.cpu'}").assign(
            SLOTS
        )
    assert caught.value.hint


def test_a_file_extends_another_one(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("extends: cpu_only\nmodel: llama", encoding="utf-8")
    own = tmp_path / "own.yaml"
    text = "extends: base.yaml\nrules: [{match: lm_head, use: linear.torch}]"
    own.write_text(text, encoding="utf-8")
    placement = Placement.load(str(own))
    assert placement.model == "llama"
    chosen = placement.assign(SLOTS)
    assert {path: rule.use for path, rule in chosen.items()} == {
        "layers.0.mlp.experts": "*.cpu",
        "layers.0.self_attn.o_proj": "*.cpu",
        "lm_head": "linear.torch",
    }


def test_inherited_rules_may_be_overruled_whole(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("extends: cpu_only\nrules: [{match: '**', use: '*.torch'}]", encoding="utf-8")
    assert {rule.use for rule in Placement.load(str(own)).assign(SLOTS).values()} == {"*.torch"}


def test_files_that_extend_themselves_are_refused(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.yaml").write_text(f"extends: {other}.yaml", encoding="utf-8")
    with pytest.raises(PlacementError, match="extends itself"):
        Placement.load(str(tmp_path / "a.yaml"))


def test_what_is_written_reads_the_same() -> None:
    placement = rules(
        "{class: routed, use: experts.torch}",
        "{match: layers.0-3.**, use: '*.cpu'}",
        "{match: '**', use: '*.cpu'}",
    )
    assert Placement.parse("test", placement.write()) == placement


@pytest.mark.parametrize("placement", shipped_placements(), ids=lambda each: each.name)
def test_those_that_come_with_the_program_say_what_they_are_about(placement: Placement) -> None:
    assert placement.about.endswith(".")


def test_a_default_leaves_what_a_rule_says() -> None:
    placement = rules(
        "{match: layers.0.mlp.experts, use: experts.cpu, with: {deferred: 1}}",
        "{match: '**', use: '*.cpu'}",
    ).with_default("deferred", 2)
    assert [rule.options["deferred"] for rule in placement.rules] == [1, 2]


@pytest.mark.parametrize(
    ("lines", "message", "line"),
    [
        (
            ["{match: layers.*.mlp.experts, use: experts.cpu}", "{match: '**', use: '*.cuda'}"],
            r"o_proj \(cuda\) on the GPU and layers.0.mlp.experts \(cpu\) on the CPU",
            3,
        ),
        (
            [
                "{match: layers.0.mlp.experts, use: experts.host}",
                "{match: layers.0.**, use: '*.cuda', with: {card: 1}}",
                "{match: '**', use: '*.cuda'}",
            ],
            r"layers.0.mlp.experts on card 0 and layers.0.self_attn.o_proj on card 1",
            3,
        ),
    ],
)
def test_operators_that_cannot_work_together_are_an_error_at_a_line(
    lines: list[str], message: str, line: int
) -> None:
    with pytest.raises(PlacementError, match=message) as caught:
        rules(*lines).assign(SLOTS)
    assert caught.value.line == line


def test_resident_experts_are_named_singly_or_in_ranges() -> None:
    (rule,) = rules("{match: '**', use: experts.host, with: {resident: [40-43, 3]}}").rules
    assert list(rule.residents(64)) == [3, 40, 41, 42, 43]
    (rule,) = rules("{match: '**', use: experts.host, with: {resident: 3}}").rules
    assert list(rule.residents(64)) == [0, 1, 2]


@pytest.mark.parametrize(("experts", "message"), [(43, "43 cannot be"), (2, "All 2 experts")])
def test_resident_experts_that_a_layer_does_not_have_so(experts: int, message: str) -> None:
    resident = "[0, 43]" if experts == 43 else "2"
    (rule,) = rules(f"{{match: '**', use: experts.host, with: {{resident: {resident}}}}}").rules
    with pytest.raises(PlacementError, match=f"Line 2: .*{message}") as caught:
        rule.residents(experts)
    assert (caught.value.line, bool(caught.value.hint)) == (2, True)
