# SPDX-License-Identifier: Apache-2.0
"""The queue of downloads: what is to be fetched, in which order, when, and how far it is.

Orders live in a database, so that they survive restarts, crashes and power cuts. One process at a
time drives them; all others see the same state, and may add, pause or remove.
"""
