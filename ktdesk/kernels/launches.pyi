# SPDX-License-Identifier: Apache-2.0
"""What kernels are launched on: a kernel is a method of every device's streams.

A launch takes addresses of the device's memory as integers, and strides in elements unless the name
says bytes. Nothing is checked here: `kernels/native.py` does that. What kernels compute is in
`kernels/reference.py`, their arguments are in native/include/kt/kernels.h.
"""

MatrixOf = tuple[int, int, int, int, int]  # address, type, bytes of a row, columns, layout
ActivationsOf = tuple[
    int, int, int, int
]  # address, bytes from token to token, group to group, form

# Address, strides from row to row and from head to head; those of a cache in bytes.
HeadsOf = tuple[int, int, int]
# Positions, places; sinks, 0 without them; window and chunk, 0 without a limit.
SightOf = tuple[int, int, int, int, int]

class Graph:
    """Launches captured from a stream."""

    def replay(self) -> None:
        """Run every launch again, in order, without the GIL."""

class Stream:
    """Runs launches in order, or records them while it captures. One caller at a time."""

    @property
    def is_gpu(self) -> bool:
        """Whether its kernels take addresses of a GPU's memory."""

    @property
    def has_tiles(self) -> bool:
        """Whether products also take activations in bfloat16."""

    @property
    def rounds_attention(self) -> bool:
        """Whether attention takes in bfloat16 what may be rounded."""

    def begin_capture(self) -> None:
        """Record launches from now on. Raises RuntimeError if the stream captures already."""

    def embed(
        self,
        weight: MatrixOf,
        tokens: int,
        out: int,
        count: int,
        /,
    ) -> None: ...
    def rms_norm(
        self,
        x: int,
        x_token: int,
        x_group: int,
        weight: int,
        out: int,
        out_token: int,
        out_group: int,
        tokens: int,
        groups: int,
        width: int,
        eps: float,
        /,
    ) -> None: ...
    def add_rms_norm(
        self,
        x: int,
        change: int,
        weight: int,
        total: int,
        out: int,
        rows: int,
        width: int,
        factor: float,
        eps: float,
        /,
    ) -> None: ...
    def linear(
        self,
        weight: MatrixOf,
        x: ActivationsOf,
        out: int,
        out_token: int,
        out_group: int,
        tokens: int,
        groups: int,
        outputs: int,
        /,
    ) -> None: ...
    def rope_table(
        self,
        positions: int,
        frequencies: int,
        scale: float,
        out: int,
        tokens: int,
        pairs: int,
        /,
    ) -> None: ...
    def rope(
        self,
        x: int,
        x_token: int,
        x_head: int,
        table: int,
        out: int,
        out_token: int,
        out_head: int,
        tokens: int,
        heads: int,
        pairs: int,
        interleaved: bool,
        /,
    ) -> None: ...
    def store_rows(
        self,
        rows: int,
        rows_stride: int,
        positions: int,
        cache: int,
        cache_row_bytes: int,
        cache_type: int,
        tokens: int,
        width: int,
        /,
    ) -> None: ...
    def load_rows(
        self,
        cache: int,
        cache_row_bytes: int,
        cache_type: int,
        out: int,
        out_row: int,
        out_head: int,
        rows: int,
        heads: int,
        width: int,
        /,
    ) -> None: ...
    def attention(
        self,
        q: HeadsOf,
        k: HeadsOf,
        v: HeadsOf,
        cache_type: int,
        rounds: bool,
        apart: bool,
        sight: SightOf,
        out: HeadsOf,
        sections: int,  # unused if max_sections is 1
        max_sections: int,
        tokens: int,
        heads: int,
        kv_heads: int,
        key_size: int,
        value_size: int,
        scale: float,
        /,
    ) -> None: ...
    def attention_merge(
        self,
        q: HeadsOf,
        k: HeadsOf,
        v: HeadsOf,
        cache_type: int,
        rounds: bool,
        apart: bool,
        sight: SightOf,
        out: HeadsOf,
        sections: int,  # unused if max_sections is 1
        max_sections: int,
        tokens: int,
        heads: int,
        kv_heads: int,
        key_size: int,
        value_size: int,
        scale: float,
        /,
    ) -> None: ...
    def add(self, x: int, y: int, out: int, count: int, factor: float, /) -> None: ...
    def bias_rows(self, x: int, x_stride: int, bias: int, rows: int, width: int, /) -> None: ...
    def weigh_rows(
        self,
        x: int,
        x_stride: int,
        weights: int,
        weights_stride: int,
        out: int,
        out_stride: int,
        rows: int,
        width: int,
        is_logit: bool,
        /,
    ) -> None: ...
    def to_bf16(
        self,
        x: int,
        token_stride: int,
        group_stride: int,
        out: int,
        out_token: int,
        out_group: int,
        tokens: int,
        groups: int,
        width: int,
        /,
    ) -> None: ...
    def router(
        self,
        logits: int,
        bias: int,  # 0 without one
        ids: int,
        weights: int,
        tokens: int,
        experts: int,
        experts_per_token: int,
        groups: int,
        groups_used: int,
        scale: float,
        is_sigmoid: bool,
        normalize: bool,
        /,
    ) -> None: ...
    def expert_plan(
        self,
        ids: int,
        plan: int,
        pairs: int,
        experts: int,
        slots: int,  # 0 without them
        /,
    ) -> None: ...
    def experts_up(
        self,
        gate: MatrixOf,
        up: MatrixOf,
        gate_bias: int,  # 0 without one
        up_bias: int,
        gate_x: ActivationsOf,
        up_x: ActivationsOf,
        plan: int,
        hidden: ActivationsOf,
        pairs: int,
        experts: int,
        outputs: int,
        pairs_per_token: int,
        activation: int,
        /,
    ) -> None: ...
    def experts_down(
        self,
        weight: MatrixOf,
        bias: int,  # 0 without one
        hidden: ActivationsOf,
        plan: int,
        weights: int,
        start: int,  # 0 for zeros
        out: int,
        tokens: int,
        pairs: int,
        experts: int,
        outputs: int,
        /,
    ) -> None: ...
