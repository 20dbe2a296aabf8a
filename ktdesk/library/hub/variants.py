# SPDX-License-Identifier: Apache-2.0
"""The quantisations of a repository: each one row, however many files it is in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from ktdesk.errors import DownloadError
from ktdesk.formats.shards import place_in_name
from ktdesk.library.hub.listing import RemoteFile, Variant

# What names of files call their quantisation: llama.cpp's types, and those of its forks.
_LABEL = re.compile(
    r"(?<![A-Za-z0-9])(?P<label>"
    r"((UD|smol|APEX)[-_])?"
    r"((I?Q[1-8]_K[STL]*(_?(XXS|XS|S|M|L|XL))?([_-]?R[48])?)"
    r"|(IQ[1-6]_(XXS|XS|S|M|L|XL|NL|K|KS|KSS|KL|KT))(_(XL|R[48]))?"
    r"|(Q[1-8]_[01](_[48]_[48])?)|(Q8_0_(XL|L))|TQ[12]_0"
    r"|MXFP4(_MOE)?|NVFP4|BF16|FP?16|FP?32|Q[1-8]))"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"(^|[-_.])(mmproj|imatrix|ggml-vocab)([-_.]|$)", re.IGNORECASE)
_PIECE = re.compile(
    r"\.gguf(\.part\d+of\d+|-split-[a-z]{1,3}|\.part-?[a-z0-9]{1,3})$", re.IGNORECASE
)


def variants_of(files: Iterable[RemoteFile]) -> tuple[Variant, ...]:
    """Return a repository's quantisations, the smallest first; shards are one, in their order.

    Labels differ: where two would not, they are the files' names.
    """
    groups: dict[tuple[str, int], dict[int, RemoteFile]] = {}
    for file in files:
        if is_model(file.path):
            stem, number, count = _place(file.path)
            groups.setdefault((stem, count), {})[number] = file
    named = [(stem, _label(stem), count, parts) for (stem, count), parts in groups.items()]
    times = Counter(label for _, label, _, _ in named)
    variants = (
        Variant(
            label if times[label] == 1 else PurePosixPath(stem).name,
            tuple(parts[number] for number in sorted(parts)),
            tuple(number for number in range(1, count + 1) if number not in parts),
        )
        for stem, label, count, parts in named
    )
    return tuple(sorted(variants, key=lambda variant: (variant.size_bytes, variant.label)))


def is_model(path: str) -> bool:
    """Whether a file has a model's weights: not what is beside them, such as an eye's."""
    name = PurePosixPath(path).name
    return name.lower().endswith(".gguf") and not _BESIDE.search(name.removesuffix(".gguf"))


def no_models(repository: str, files: Iterable[RemoteFile]) -> DownloadError:
    """Return the error for a repository without a model that could be fetched, and why that is."""
    if any(_PIECE.search(file.path) for file in files):
        return DownloadError(
            f"The models of {repository} are cut into pieces, which is not how GGUF files are "
            "parted.",
            hint="Choose another repository of the model; or fetch the pieces, and join each "
            "model's in their order to one .gguf file.",
            kind="missing",
        )
    return DownloadError(
        f"{repository} has no whole model in GGUF files.",
        hint="Look for a repository of the model whose name ends in GGUF.",
        kind="missing",
    )


def find_variant(variants: Iterable[Variant], label: str) -> Variant | None:
    """Return the variant of a label, whatever its case; one that only it is a part of, too."""
    wanted, variants = label.casefold(), tuple(variants)
    for variant in variants:
        if variant.label.casefold() == wanted:
            return variant
    near = [each for each in variants if wanted in each.label.casefold().split("-")]
    return near[0] if len(near) == 1 else None


def variant_with(variants: Iterable[Variant], path: str) -> Variant | None:
    """Return the variant that a file is of, or that a folder has alone."""
    variants = tuple(variants)
    for variant in variants:
        if any(file.path == path for file in variant.files):
            return variant
    inside = [each for each in variants if each.files[0].path.startswith(f"{path}/")]
    return inside[0] if len(inside) == 1 else None


def _place(path: str) -> tuple[str, int, int]:
    """Return what a file's shards have in common, its number, and how many there are."""
    folder = PurePosixPath(path).parent
    stem, number, count = place_in_name(PurePosixPath(path).name) or ("", 0, 0)
    if not 1 <= number <= count:  # it says that it is the fourth of three
        return path.removesuffix(".gguf"), 1, 1
    return str(folder / stem), number, count


def _label(stem: str) -> str:
    """Return what a name says of its quantisation; the name where it says nothing."""
    name = PurePosixPath(stem).name
    for text in (name, PurePosixPath(stem).parent.name):
        if found := [match["label"] for match in _LABEL.finditer(text)]:
            return found[-1].upper()
    return name
