# SPDX-License-Identifier: Apache-2.0
"""A model in llama.cpp, by the Python module in the package `cyllama`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tests.golden.measure import CONTEXT, COUNTED

PACKAGE = "cyllama==0.2.18"
RELEASE = "b9190"


class LlamaCpp:
    """A loaded model. exact: keys and values are kept in float32, as the weights are."""

    def __init__(self, path: Path, *, exact: bool, threads: int) -> None:
        from cyllama.llama import llama_cpp

        class Model(llama_cpp.LlamaModel):
            """A model; the package looks for a number that its own class lacks."""

            n_vocab = 0

        llama_cpp.disable_logging()
        llama_cpp.llama_backend_init()
        parameters = llama_cpp.LlamaModelParams()
        parameters.use_extra_bufts = False  # weights stay as the file has them
        self._model = Model(path_model=str(path), params=parameters, verbose=False)
        self.vocabulary: Any = self._model.get_vocab()
        Model.n_vocab = self.vocabulary.n_vocab
        options = llama_cpp.LlamaContextParams()
        options.n_ctx = options.n_batch = options.n_ubatch = CONTEXT
        options.n_threads = options.n_threads_batch = threads
        if exact:
            options.type_k = options.type_v = options.flash_attn_type = 0
        self._context = llama_cpp.LlamaContext(model=self._model, params=options, verbose=False)
        self._batch = llama_cpp.LlamaBatch(n_tokens=CONTEXT, embd=0, n_seq_max=1)

    def encode(self, text: str) -> list[int]:
        """Return a prompt's tokens, with that which begins it if the model wants one."""
        return list(self.vocabulary.tokenize(text, True, True))

    def last_logits(self, window: list[int]) -> Tensor:
        """Return the logits of a window's last COUNTED tokens, [COUNTED, V]."""
        return self._rows(window, COUNTED)

    def chosen_from(self, prompt: list[int], answer: list[int]) -> Tensor:
        """Return the logits that each token of an answer was chosen from, [T, V]."""
        tokens = prompt + answer[:-1]
        return self._rows(tokens, len(answer))

    def close(self) -> None:
        """Free the memory."""
        self._context.close()
        self._model.close()

    def _rows(self, tokens: list[int], outputs: int) -> Tensor:
        self._context.kv_cache_clear()
        self._batch.reset()
        first = len(tokens) - outputs
        for position, token in enumerate(tokens):
            self._batch.add(token, position, [0], position >= first)
        self._context.decode(self._batch)
        size = self.vocabulary.n_vocab
        rows = (self._context.get_logits_ith(i)[:size] for i in range(first, len(tokens)))
        return torch.stack([torch.tensor(row) for row in rows])
