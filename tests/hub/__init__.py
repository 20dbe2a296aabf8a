# SPDX-License-Identifier: Apache-2.0
"""A hub on this machine that speaks as Hugging Face does; `huggingface_hub` is its witness."""

from tests.hub.server import Hub as Hub
