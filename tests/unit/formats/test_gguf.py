# SPDX-License-Identifier: Apache-2.0
"""Model files on the disk, compared with what the `gguf` package reads and writes."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import gguf
import numpy as np
import pytest

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint, FilePart
from ktdesk.formats.gguf_header import read_header
from tests.unit.formats import raw
from tests.unit.formats.raw import File

VALUES: dict[str, object] = {
    "llama.block_count": 2,
    "llama.rope.freq_base": 0.5,
    "llama.flag": True,
    "general.name": "Größe 大",
    "tokenizer.ggml.tokens": ["a", "ü", "大"],
    "tokenizer.ggml.scores": [0.25, -1.5, 3.0],
    "tokenizer.ggml.token_type": [1, 2, 3],
}


def write(path: Path, tensors: dict[str, np.ndarray], values: dict[str, object]) -> Path:
    writer = gguf.GGUFWriter(path, "llama")
    for key, value in values.items():
        kind = gguf.GGUFValueType.get_type(value)
        inner = gguf.GGUFValueType.get_type(value[0]) if isinstance(value, list) else None
        writer.add_key_value(key, value, kind, inner)
    for name, data in tensors.items():
        writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape, np.float32)


def put(path: Path, content: object) -> Path:
    path.write_bytes(bytes(content))  # pyright: ignore
    return path


def refused(path: Path) -> ModelFileError:
    with pytest.raises(ModelFileError) as caught:
        Checkpoint.open(path)
    assert caught.value.path.name in str(caught.value)
    assert caught.value.hint
    return caught.value


def test_what_the_gguf_package_writes_is_read_as_its_reader_reads_it(tmp_path: Path) -> None:
    tensors = {"a": numbers(3, 5), "b": numbers(7).astype(np.float16), "c": numbers(2, 3, 4)}
    path = write(tmp_path / "model.gguf", tensors, VALUES)
    checkpoint, reader = Checkpoint.open(path), gguf.GGUFReader(path)
    assert {k: checkpoint.metadata[k] for k in VALUES} == VALUES
    assert set(checkpoint.metadata) == {k for k in reader.fields if not k.startswith("GGUF.")}
    assert list(checkpoint.tensors) == [tensor.name for tensor in reader.tensors]
    for theirs in reader.tensors:
        ours = checkpoint.weight(theirs.name)
        assert ours.shape == tuple(reversed(theirs.shape.tolist()))
        assert ours.data.tobytes() == theirs.data.tobytes()
        np.testing.assert_array_equal(ours.dequantize(), tensors[theirs.name].astype(np.float32))
    assert (checkpoint.architecture, checkpoint.name) == ("llama", "Größe 大")
    assert checkpoint.size_bytes == path.stat().st_size


def test_a_file_without_a_name_has_that_of_its_path(tmp_path: Path) -> None:
    assert Checkpoint.open(put(tmp_path / "small.gguf", raw.small())).name == "small"


def test_weights_are_read_only_views_that_keep_the_file(tmp_path: Path) -> None:
    weight = Checkpoint.open(put(tmp_path / "m.gguf", raw.small())).weight("second")
    assert not weight.data.flags.writeable
    assert weight.data.base is not None
    np.testing.assert_array_equal(weight.dequantize(), [8, 9, 10])


@pytest.mark.parametrize(
    ("key", "kind", "message"),
    [
        ("llama.missing", int, "does not say its llama.missing"),
        ("llama.rope.freq_base", int, "is 10000.0, not a int"),
        ("tokenizer.ggml.add_bos_token", int, "is True, not a int"),
        ("general.architecture", bool, "is 'llama', not a bool"),
        ("tokenizer.ggml.tokens", str, "not a str"),
    ],
)
def test_metadata_of_another_type(tmp_path: Path, key: str, kind: type, message: str) -> None:
    checkpoint = Checkpoint.open(put(tmp_path / "m.gguf", raw.small()))
    with pytest.raises(ModelFileError, match=message):
        checkpoint.get(key, kind)


def test_messages_and_names_stay_short(tmp_path: Path) -> None:
    many = raw.array("many", raw.U8, 1 << 20, bytes(1 << 20))
    file = File(metadata=[many, raw.string("general.name", "x" * (1 << 20))])
    checkpoint = Checkpoint.open(put(tmp_path / "m.gguf", file))
    assert checkpoint.name == "x" * 200
    with pytest.raises(ModelFileError, match=r"many is .*, not a str") as caught:
        checkpoint.get("many", str)
    assert len(str(caught.value)) < 300


def test_a_file_for_big_endian_machines_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    writer = gguf.GGUFWriter(path, "llama", endianess=gguf.GGUFEndian.BIG)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    assert "big-endian" in str(refused(path))


@pytest.mark.parametrize("alignment", [1, 8, 4096])
def test_tensors_lie_where_the_alignment_puts_them(tmp_path: Path, alignment: int) -> None:
    path = tmp_path / "m.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_custom_alignment(alignment)
    tensors = {"a": numbers(3, 5).astype(np.float16), "b": numbers(7), "c": numbers(2, 3)}
    for name, data in tensors.items():
        writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    checkpoint = Checkpoint.open(path)
    for name, data in tensors.items():
        np.testing.assert_array_equal(checkpoint.weight(name).dequantize(), data)


def test_whole_numbers_serve_as_floats_and_defaults_as_values(tmp_path: Path) -> None:
    checkpoint = Checkpoint.open(put(tmp_path / "m.gguf", raw.small()))
    assert checkpoint.get("llama.block_count", float) == 2.0
    assert checkpoint.get("llama.missing", int, 7) == 7


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"lacks the tensor blk\.0"):
        Checkpoint.open(put(tmp_path / "m.gguf", raw.small())).weight("blk.0")


def test_a_type_that_cannot_be_computed_with_is_listed_but_refused(tmp_path: Path) -> None:
    kind = gguf.GGMLQuantizationType.Q8_K  # of activations, in other programs
    file = File(tensors=[raw.tensor("t", [256], kind)], data=bytes(292))
    checkpoint = Checkpoint.open(put(tmp_path / "m.gguf", file))
    assert checkpoint.tensors["t"].size_bytes == 292
    with pytest.raises(ModelFileError, match=r"m\.gguf: The tensor t has the type Q8_K") as caught:
        checkpoint.weight("t")
    assert "Q4_K" in caught.value.hint


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ([raw.tensor("t", [4], 99)], "The tensor t has a type that KTDesk does not know: 99"),
        ([raw.tensor("t", [33], 8)], "The tensor t has rows of 33, which is not a multiple of 32"),
        ([raw.tensor("t", [4]), raw.tensor("t", [4], offset=32)], "t is there twice"),
        ([raw.tensor("t", [1000])], "ends before its tensor t"),
        ([raw.tensor("t", [4], offset=1 << 40)], "ends before its tensor t"),
        ([raw.tensor("t", [16]), raw.tensor("u", [4], offset=32)], "t and u overlap"),
        ([raw.tensor("t", [4]), raw.tensor("u", [4])], "t and u overlap"),
        ([raw.tensor("t", [4], offset=2**64 - 32)], "ends before its tensor t"),
        ([raw.tensor("t", [4096, 4096, 4096, 4096])], "ends before its tensor t"),
    ],
)
def test_tensors_that_cannot_be(tmp_path: Path, tensors: list[bytes], message: str) -> None:
    file = File(tensors=tensors, data=bytes(64))
    assert message in str(refused(put(tmp_path / "m.gguf", file)))


def test_a_file_cut_in_its_data_says_so(tmp_path: Path) -> None:
    whole = bytes(raw.small())
    for size in range(len(whole) - len(raw.small().data), len(whole)):
        error = refused(put(tmp_path / "m.gguf", whole[:size]))
        assert "ends before its tensor" in str(error)
        assert "fetch it again" in error.hint


def test_places_without_a_model(tmp_path: Path) -> None:
    assert "There is no file" in str(refused(tmp_path / "none.gguf"))
    assert "is empty" in str(refused(put(tmp_path / "empty.gguf", b"")))
    (tmp_path / "folder.gguf").mkdir()
    assert "is a folder" in str(refused(tmp_path / "folder.gguf"))
    refused(tmp_path / f"{'x' * 300}.gguf")  # longer than names may be


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes in folders")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    assert "is not a file" in str(refused(tmp_path / "pipe.gguf"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = put(tmp_path / "m.gguf", raw.small())
    monkeypatch.setattr(Path, "open", deny)  # root may read all files, so their mode says nothing
    assert "may not read" in str(refused(path))


def shard(number: int, count: int, name: str, total: int = 2) -> File:
    def u16(key: str, value: int) -> bytes:
        return raw.entry(key, 2, struct.pack("<H", value))

    metadata = [u16("split.no", number - 1), u16("split.count", count)]
    metadata.append(raw.number("split.tensors.count", total))
    if number == 1:
        metadata.append(raw.string("general.architecture", "llama"))
    return File(metadata=metadata, tensors=[raw.tensor(name, [2])], data=struct.pack("<2f", 1, 2))


def part(folder: Path, number: int, count: int = 2) -> Path:
    return folder / f"big-{number:05d}-of-{count:05d}.gguf"


def test_shards_are_one_model_whichever_is_opened(tmp_path: Path) -> None:
    paths = [put(part(tmp_path, i), shard(i, 2, name)) for i, name in ((1, "a"), (2, "b"))]
    for path in paths:
        checkpoint = Checkpoint.open(path)
        assert list(checkpoint.tensors) == ["a", "b"]
        assert checkpoint.architecture == "llama"
        assert checkpoint.size_bytes == sum(p.stat().st_size for p in paths)


def test_missing_shards_are_named(tmp_path: Path) -> None:
    error = refused(put(part(tmp_path, 2, 5), shard(2, 5, "a")))
    assert "5 parts, and 4 of them are missing: big-00001-of-00005.gguf" in str(error)
    assert str(tmp_path) in error.hint
    assert "rename" not in error.hint


@pytest.mark.parametrize(
    "name",
    ["big-00002-of-00002 (1).gguf", "big-00002-of-00002.gguf.part", "big_00002-of-00002.gguf"],
)
def test_a_part_with_another_name_is_guessed(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, shard(2, 2, "b"))
    put(tmp_path / "bag-00002-of-00002.gguf", shard(2, 2, "b"))  # of another model
    error = refused(put(part(tmp_path, 1), shard(1, 2, "a")))
    assert "big-00002-of-00002.gguf" in str(error)
    assert f"If {name} is big-00002-of-00002.gguf, rename it." in error.hint


@pytest.mark.parametrize("number", [0, 3])
def test_a_part_too_many_is_named(tmp_path: Path, number: int) -> None:
    first = put(part(tmp_path, 1), shard(1, 2, "a"))
    put(part(tmp_path, 2), shard(2, 2, "b"))
    put(part(tmp_path, 2, 3), shard(2, 3, "b"))  # of another model
    put(tmp_path / "bigger-00003-of-00002.gguf", b"")
    assert Checkpoint.open(first).size_bytes
    put(part(tmp_path, number), shard(2, 2, "c"))
    assert f"2 parts, but there is a file big-{number:05d}-of-00002.gguf" in str(refused(first))


def test_a_part_that_was_cut_is_named_whichever_is_opened(tmp_path: Path) -> None:
    first = put(part(tmp_path, 1), shard(1, 2, "a"))
    second = put(part(tmp_path, 2), shard(2, 2, "b"))
    whole = second.read_bytes()
    for size in (0, 3, 40, len(whole) - 1):
        for opened in (first, second):
            put(second, whole[:size])
            with pytest.raises(ModelFileError, match=r"big-00002-of-00002\.gguf") as caught:
                Checkpoint.open(opened)
            assert caught.value.path == second


def test_shards_of_other_places_or_models_are_refused(tmp_path: Path) -> None:
    first = put(part(tmp_path, 1), shard(1, 2, "a"))
    put(part(tmp_path, 2), shard(1, 2, "a"))
    assert "big-00002-of-00002.gguf is not part 2 of 2" in part_refused(first)
    put(part(tmp_path, 2), shard(2, 3, "b"))
    assert "is not part 2 of 2" in part_refused(first)
    put(part(tmp_path, 2), shard(2, 2, "b", total=7))
    assert "big-00002-of-00002.gguf is of a model with 7 tensors" in part_refused(first)
    put(part(tmp_path, 2), shard(2, 2, "a"))
    assert "a is there twice, also in big-00001-of-00002.gguf" in part_refused(first)
    put(part(tmp_path, 1), shard(1, 2, "a", total=9))
    put(part(tmp_path, 2), shard(2, 2, "b", total=9))
    assert "2 tensors together, not 9" in part_refused(first)


def part_refused(path: Path) -> str:
    with pytest.raises(ModelFileError) as caught:
        Checkpoint.open(path)
    return str(caught.value)


@pytest.mark.parametrize(("number", "count"), [(0, 0), (3, 2), (0, 2)])
def test_shards_that_cannot_be(tmp_path: Path, number: int, count: int) -> None:
    path = put(part(tmp_path, number, count), raw.small())
    assert f"part {number} of {count}" in str(refused(path))


def test_a_shard_under_another_name_says_what_it_is(tmp_path: Path) -> None:
    error = refused(put(tmp_path / "m.gguf", shard(1, 2, "a")))
    assert "m.gguf is part 1 of 2 of a model" in str(error)
    assert "-00001-of-00002.gguf" in error.hint


@pytest.mark.parametrize("value", ["x" * 5000, [1] * 5000, -1, True])
def test_a_place_that_is_none(tmp_path: Path, value: object) -> None:
    path = write(tmp_path / "m.gguf", {"a": numbers(2)}, {"split.no": value, "split.count": value})
    assert len(str(refused(path))) < 500


def test_headers_alone_say_all_but_the_weights(tmp_path: Path) -> None:
    path = put(tmp_path / "m.gguf", raw.small())
    here = Checkpoint.open(path)
    size = path.stat().st_size
    header = read_header(path, path.read_bytes()[: size - 32], size)
    away = Checkpoint(path, [FilePart(path, size, header)])
    assert here.has_weights
    assert not away.has_weights
    assert (away.metadata, away.tensors, away.size_bytes) == (
        here.metadata, here.tensors, here.size_bytes
    )  # fmt: skip
    for needs_weights in (lambda: away.weight("first"), away.digest):
        with pytest.raises(ModelFileError, match=r"Of m\.gguf only the header") as caught:
            needs_weights()
        assert "Fetch" in caught.value.hint
