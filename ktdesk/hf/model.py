# SPDX-License-Identifier: Apache-2.0
"""A model file as a model of `transformers`. B rows, T columns, V vocabulary."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, NoReturn, Self

import torch
from torch import Tensor
from transformers import GenerationConfig, GenerationMixin, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast

from ktdesk.engine import Engine
from ktdesk.errors import KTDeskError, RequestError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hf.batch import check_positions, kept_columns, new_rows, seen
from ktdesk.hf.config import KTConfig
from ktdesk.hf.token_cache import Row, TokenCache
from ktdesk.library.shelf.before_load import verify_first
from ktdesk.text.tokenizer import Tokenizer


class KTModelForCausalLM(PreTrainedModel, GenerationMixin):
    """A causal language model that KTDesk's engine computes. `from_pretrained` makes one.

    Its weights are the engine's: there are no parameters to train, move or save. Rows of a batch
    are computed one after another. Logits are float32, on the CPU.
    """

    config_class = KTConfig

    def __init__(self, engine: Engine) -> None:
        """Take an engine with a model loaded; it may serve others, too, while that one stays."""
        info = engine.info
        if info is None:
            raise RequestError("No model is loaded.", hint="Load a model into the engine first.")
        checkpoint = Checkpoint.open(info.path)
        tokenizer = Tokenizer.from_metadata(checkpoint.path, checkpoint.metadata)
        config = KTConfig.of(info, checkpoint, tokenizer)
        base: Any = super()  # the library's own types are partial
        base.__init__(config)
        self.engine = engine
        self.generation_config = GenerationConfig(
            bos_token_id=config.bos_token_id,
            eos_token_id=config.eos_token_id,
            pad_token_id=config.pad_token_id,
        )
        self.post_init()
        self.eval()

    @classmethod
    def from_pretrained(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls, path: str | PathLike[str], *, threads: int = 0, **load: Any
    ) -> Self:
        """Load a .gguf file (of several parts, the first) into an engine of its own.

        threads: as of `Engine`. load: as of `Engine.load`: placement, context_tokens, cache_type
        and so on. A file is read to its end before it is loaded the first time (`verify_first`).
        Raises what that and loading raise.
        """
        verify_first(Path(path), lambda now: None)
        engine = Engine(threads=threads)
        engine.load(Path(path), **load)
        return cls(engine)

    def close(self) -> None:
        """Give the model's memory back."""
        self.engine.unload()

    @property
    def device(self) -> torch.device:
        """Where logits are, and tokens are expected."""
        return torch.device("cpu")

    @property
    def dtype(self) -> torch.dtype:
        """What logits are."""
        return torch.float32

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        cache: TokenCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        past_key_values: TokenCache | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
    ) -> CausalLMOutputWithPast | tuple[Any, ...]:
        """Return the logits [B, T, V] after each column; zeros where the mask hides it.

        attention_mask: [B, past + T], padding only. past_key_values is another name of cache.
        labels: [B, T], whose loss is returned, too; it has no gradient. logits_to_keep: of how many
        columns, from the last on, 0 for all; or the indices of columns.
        """
        if inputs_embeds is not None or output_attentions or output_hidden_states:
            raise RequestError(
                "The engine takes tokens and gives logits, no embeddings, attentions or hidden "
                "states.",
                hint="Give input_ids, and ask for logits.",
            )
        if input_ids is None:
            raise RequestError("There are no input_ids.", hint="Give the tokens to read.")
        past = _token_cache(cache if cache is not None else past_key_values)
        new = new_rows(input_ids, attention_mask, past.rows)
        check_positions(position_ids, past.rows, new)
        columns = input_ids.shape[1]
        keep = kept_columns(logits_to_keep if labels is None else 0, columns)
        logits = self._logits(past, new, keep)
        past.extend(new)
        if isinstance(logits_to_keep, Tensor):
            logits = logits[:, logits_to_keep % columns - (columns - keep)]
        library: Any = self
        loss = None if labels is None else library.loss_function(logits, labels, logits.shape[-1])
        output: Any = CausalLMOutputWithPast(
            loss=loss, logits=logits, cache=None if use_cache is False else past
        )
        return output.to_tuple() if return_dict is False else output

    def save_pretrained(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: the file is there already."""
        raise KTDeskError(
            "A model that the engine runs cannot be saved anew.",
            hint=f"Copy its file: {self.config.name_or_path}",
        )

    def _logits(self, past: TokenCache, new: list[Row], keep: int) -> Tensor:
        """Return the logits [B, keep, V] of the last columns. Equal rows are computed once."""
        logits = torch.zeros(len(new), keep, self.config.vocab_size)
        done: dict[tuple[Row, Row], int] = {}
        for index, row in enumerate(new):
            before = past.rows[index] if past.rows else ()
            if (same := done.setdefault((before, row), index)) != index:
                logits[index] = logits[same]
                continue
            is_seen = torch.tensor([token is not None for token in row[-keep:]])
            if outputs := int(is_seen.sum()):
                tokens = seen(before) + seen(row)
                read = self.engine.read_tokens(tokens, outputs=outputs, in_turn=len(new) > 1)
                logits[index, is_seen] = torch.tensor(read)
        return logits

    def _prepare_cache_for_generation(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, generation_config: Any, model_kwargs: dict[str, Any], *args: Any
    ) -> None:
        """Begin `generate` with a cache of this kind, where it needs one and is given none."""
        if model_kwargs.get("cache") is None and generation_config.use_cache is not False:
            model_kwargs["cache"] = TokenCache()


def _token_cache(cache: object) -> TokenCache:
    if cache is None:
        return TokenCache()
    if isinstance(cache, TokenCache):
        return cache
    raise RequestError(
        f"A {type(cache).__name__} cannot hold what the engine keeps.",
        hint="Give the cache that this model returned, a TokenCache, or none.",
    )
