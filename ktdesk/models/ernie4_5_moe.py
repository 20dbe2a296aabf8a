# SPDX-License-Identifier: Apache-2.0
"""ERNIE 4.5 with experts: softmax with a bias for the choice, dense layers between sparse."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class Ernie45Moe(GroupedQueryDecoder):
    """`general.architecture` = ernie4_5-moe."""

    interleaved = True
