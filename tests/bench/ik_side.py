# SPDX-License-Identifier: Apache-2.0
"""ik_llama.cpp's side of the comparison, in a process of its own: its package has no llama-bench.

    python -m tests.bench.ik_side PACKAGE FILE THREADS PROMPT GENERATED DEPTH REPACK FLASH MLA

prints tokens per second, of the same work as ktdesk_side does. PACKAGE is the folder that the
package `ik-llama-cpp-python` was unpacked to; only its declarations of the library are used.
"""

from __future__ import annotations

import importlib
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

from gguf import GGUFReader

from tests.bench.shapes import VOCABULARY
from tests.bench.work import Work

_MOST_AT_ONCE = 2048
_LATENT = "deepseek2.attention"


class IkError(Exception):
    """The library refused something; it wrote the reason itself."""


class IkEngine:
    """A loaded model with room for so many tokens.

    mla: how attention over latents is computed, 0 to 3 as in `-mla` of its programs.
    """

    def __init__(
        self,
        api: Any,
        path: str,
        threads: int,
        context: int,
        *,
        repack: bool,
        flash: bool,
        mla: int,
    ) -> None:
        self._api = api
        api.llama_backend_init()
        wanted = api.llama_model_default_params()
        wanted.n_gpu_layers, wanted.mla, wanted.flash_attn = 0, mla, flash
        wanted.repack_tensors, wanted.use_mmap = repack, not repack
        if overrides := _overrides(api, path):
            wanted.kv_overrides = overrides
        model = api.llama_model_load_from_file(path.encode(), wanted)
        params = api.llama_context_default_params()
        params.n_ctx = -(-context // 256) * 256
        params.n_batch = _MOST_AT_ONCE
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn, params.mla_attn = flash, mla
        self._context = api.llama_init_from_model(model, params) if model else None
        if not self._context:
            raise IkError("ik_llama.cpp does not load the model.")

    def clear(self) -> None:
        """Forget all tokens."""
        self._api.llama_kv_cache_clear(self._context)

    def read(self, ids: Sequence[int], position: int) -> None:
        """Compute tokens from a position on, and the logits of the last one."""
        for first in range(0, len(ids), _MOST_AT_ONCE):
            self._step(ids[first : first + _MOST_AT_ONCE], position + first)

    def _step(self, ids: Sequence[int], position: int) -> None:
        batch = self._api.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = token, position + i, 1
            batch.seq_id[i][0], batch.logits[i] = 0, i == len(ids) - 1
        code = self._api.llama_decode(self._context, batch)
        if code == 0:
            self._api.llama_get_logits_ith(self._context, len(ids) - 1)
        self._api.llama_batch_free(batch)
        if code:
            raise IkError(f"ik_llama.cpp's llama_decode returned {code}.")


def _overrides(api: Any, path: str) -> Any:
    """Return what makes a file of today's converter one that this library reads, or None.

    For latent attention that names the heads' own sizes, where the library wants those.
    """
    fields = GGUFReader(path).fields
    own = {name: fields.get(f"{_LATENT}.{name}_length_mla") for name in ("key", "value")}
    heads = fields.get(f"{_LATENT}.head_count")
    if heads is None or None in own.values():
        return None
    values = {f"{name}_length": field.contents() for name, field in own.items() if field}
    values["head_count_kv"] = heads.contents()
    items = (api.llama_model_kv_override * (len(values) + 1))()  # the last one is empty
    for item, (name, number) in zip(items, values.items(), strict=False):
        item.tag, item.key, item.value.val_i64 = 0, f"{_LATENT}.{name}".encode(), number
    return items


def measure(engine: IkEngine, work: Work) -> float:
    """Warm up, do the work; return tokens per second."""
    ids = random.Random(1).choices(range(VOCABULARY), k=work.depth + work.tokens)
    _do(engine, Work(work.prompt, min(work.generated, 1)), ids)
    engine.clear()
    engine.read(ids[: work.depth], 0)
    return work.tokens / _do(engine, work, ids[work.depth :])


def _do(engine: IkEngine, work: Work, ids: Sequence[int]) -> float:
    """Read a prompt, or generate after `work.depth` tokens; return the seconds that it took."""
    if work.prompt:
        engine.clear()
    start = time.perf_counter()
    if work.prompt:
        engine.read(ids[: work.prompt], 0)
    for place, token in enumerate(ids[work.prompt : work.tokens], work.depth):
        engine.read([token], place)
    return time.perf_counter() - start


def main() -> int:
    """Measure what the arguments say."""
    package, path, *words = sys.argv[1:]
    threads, prompt, generated, depth, repack, flash, mla = map(int, words)
    sys.path.insert(0, package)
    work = Work(prompt, generated, depth)
    try:
        api = importlib.import_module("ik_llama_cpp._ctypes_api")
        engine = IkEngine(
            api,
            path,
            threads,
            work.depth + work.tokens,
            repack=bool(repack),
            flash=bool(flash),
            mla=mla,
        )
        speed = measure(engine, work)
    except (IkError, ImportError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{speed}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
