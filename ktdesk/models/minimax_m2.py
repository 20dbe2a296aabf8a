# SPDX-License-Identifier: Apache-2.0
"""MiniMax-M2: queries and keys normalised as whole rows, experts in every layer."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class MiniMaxM2(GroupedQueryDecoder):
    """`general.architecture` = minimax-m2."""

    query_norm = "row"
    gating = "sigmoid"
