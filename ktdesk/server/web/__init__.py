# SPDX-License-Identifier: Apache-2.0
"""The chat in a browser: a page, and an API of its own for it.

What is said lies in the same store as the window's. An answer is written by the server for the
store, whoever looks at it meanwhile: pages may come, go and be several.
"""
