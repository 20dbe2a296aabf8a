# SPDX-License-Identifier: Apache-2.0
"""Ling and Ring 2: fused queries, keys and values, of whose heads a part turns; groups."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class BailingMoe2(GroupedQueryDecoder):
    """`general.architecture` = bailingmoe2."""

    query_norm = "head"
    gating = "sigmoid"
