# SPDX-License-Identifier: Apache-2.0
"""Small models in files, and the folders of other programs as these make them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.lock_file import ModelLock
from ktdesk.library.shelf.model import Owner
from ktdesk.library.shelf.move import plan_move
from ktdesk.library.shelf.move_plan import MovePlan
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.shelf import Shelf
from tests.unit.formats import raw


def model(name: str = "m", size: int = 8) -> bytes:
    """A readable model that calls itself by a name. size: of its only tensor, in bytes."""
    metadata = [raw.string("general.architecture", "llama"), raw.string("general.name", name)]
    return bytes(raw.File(metadata, [raw.tensor("t", [size // 4])], bytes(size)))


def shards(name: str, count: int) -> dict[str, bytes]:
    """The files of a model in several parts, by their names."""
    return {
        f"{name}-{number:05d}-of-{count:05d}.gguf": bytes(
            raw.File(
                [raw.string("general.architecture", "llama"), raw.string("general.name", name)],
                [raw.tensor(f"t{number}", [2])],
                bytes([number]) * 8,
            )
        )
        for number in range(1, count + 1)
    }


def put(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return [folder / name for name in files]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lock_of(files: Mapping[str, bytes], folder: Path | None = None) -> ModelLock:
    """The lock of files; with the seals of those in a folder, as after a download."""
    remote = tuple(RemoteFile(name, len(raw), sha256(raw)) for name, raw in files.items())
    seals = tuple((name, Seal.of(folder / name)) for name in files) if folder else ()
    return ModelLock("huggingface", "owner/name", "0123abc", remote, seals)


def put_ollama(store: Path, name: str, content: bytes, host: str = "registry.ollama.ai") -> Path:
    """A model as `ollama pull` leaves it. name: with namespace and tag: 'library/qwen3:8b'."""
    digest = sha256(content)
    (blob,) = put(store / "blobs", {f"sha256-{digest}": content})
    layers = [
        {
            "mediaType": "application/vnd.ollama.image.model",
            "digest": f"sha256:{digest}",
            "size": len(content),
        },
        {
            "mediaType": "application/vnd.ollama.image.template",
            "digest": "sha256:" + "0" * 64,
            "size": 3,
        },
    ]
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "digest": "sha256:" + "1" * 64,
            "size": 2,
        },
        "layers": layers,
    }
    put(store / "manifests" / host, {name.replace(":", "/"): json.dumps(manifest).encode()})
    return blob


def put_hugging_face(
    hub: Path, repository: str, commit: str, files: Mapping[str, bytes]
) -> list[Path]:
    """Files of a repository as `huggingface_hub` keeps them on systems with links."""
    root = hub / f"models--{repository.replace('/', '--')}"
    put(root, {"refs/main": commit.encode()})
    links: list[Path] = []
    for name, content in files.items():
        put(root / "blobs", {sha256(content): content})
        link = root / "snapshots" / commit / name
        link.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * (len(Path(name).parts) + 1)
        link.symlink_to(f"{up}blobs/{sha256(content)}")
        links.append(link)
    return links


def put_llama_cpp(cache: Path, owner: str, name: str, tag: str, file: str, content: bytes) -> Path:
    """A model as llama.cpp's `-hf owner/name:tag` left it in its own cache."""
    local = f"{owner}_{name}_{file.replace('/', '_')}"
    lfs = {"sha256": sha256(content), "size": len(content), "pointerSize": 135}
    manifest = {"ggufFile": {"rfilename": file, "size": len(content), "lfs": lfs}}
    put(
        cache,
        {local: content, f"manifest={owner}={name}={tag}.json": json.dumps(manifest).encode()},
    )
    put(cache, {f"{local}.json": b'{"etag": "x", "url": "y"}'})
    return cache / local


def break_off_move(path: Path, target: Path) -> MovePlan:
    """Leave a move as it is when the program is killed while it copies the first file."""
    with Shelf([(path.parent, Owner.KTDESK)]) as shelf:
        plan = plan_move(shelf.look_at(path), target)
    plan.stage.mkdir()
    plan.save()
    plan.staged(plan.files[0]).write_bytes(b"a part")
    journal = json.loads(plan.journal.read_text())
    started_long_ago = journal | {"worker": [journal["worker"][0], 1.0]}
    plan.journal.write_text(json.dumps(started_long_ago))
    return plan
