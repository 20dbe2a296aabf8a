# SPDX-License-Identifier: Apache-2.0
"""Llama, Mistral, Mixtral and others of this shape: grouped queries, dense or with experts."""

from __future__ import annotations

from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class Llama(GroupedQueryDecoder):
    """`general.architecture` = llama."""

    interleaved = True
