# SPDX-License-Identifier: Apache-2.0
"""Ollama's API: chat, generate, and what there is to know of models.

Fields that it does not have are passed over, as Ollama passes over them; num_ctx and what else
belongs to loading is, too: models are loaded as KTDesk's settings say. What would change the answer
and is not known here (suffix, template, context, images) is refused.
"""
