# SPDX-License-Identifier: Apache-2.0
"""Qwen 1.5 to 2.5: biases of queries, keys and values; shared experts have a gate."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class Qwen2(GroupedQueryDecoder):
    """`general.architecture` = qwen2 and qwen2moe."""

    normalizes = False
