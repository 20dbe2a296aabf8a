# SPDX-License-Identifier: Apache-2.0
"""Llama and what shares its shape, such as Mistral; with experts it is Mixtral."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class Llama(GroupedQueryDecoder):
    """`general.architecture` = llama."""

    interleaved = True
