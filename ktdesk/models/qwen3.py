# SPDX-License-Identifier: Apache-2.0
"""Qwen3: grouped queries with normalised heads, dense or with experts in every layer."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class Qwen3(GroupedQueryDecoder):
    """`general.architecture` = qwen3 and qwen3moe."""

    query_norm = "head"
