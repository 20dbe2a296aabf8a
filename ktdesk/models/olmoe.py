# SPDX-License-Identifier: Apache-2.0
"""OLMoE: queries and keys normalised as whole rows, weights of experts as they come."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class Olmoe(GroupedQueryDecoder):
    """`general.architecture` = olmoe."""

    query_norm = "row"
    normalizes = False
