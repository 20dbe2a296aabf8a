# SPDX-License-Identifier: Apache-2.0
"""Hunyuan-A13B: heads are normalised after they have turned; a shared expert."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class HunyuanMoe(GroupedQueryDecoder):
    """`general.architecture` = hunyuan-moe."""

    query_norm = "turned head"
