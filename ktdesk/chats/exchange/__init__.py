# SPDX-License-Identifier: Apache-2.0
"""Chats to files and back: Markdown, JSON of our own, and what other programs write."""
