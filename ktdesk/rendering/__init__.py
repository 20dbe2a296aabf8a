# SPDX-License-Identifier: Apache-2.0
"""Markdown, code and formulas of answers, made ready to be shown: in a window, or in a page.

`blocks` cuts a text that grows, `html`, `code` and `formulas` render its pieces. Nothing in a text
is run or fetched. What draws formulas takes a while to load, and is loaded with the first one.
"""
