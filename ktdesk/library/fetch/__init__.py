# SPDX-License-Identifier: Apache-2.0
"""Fetches files so that nothing is lost: in ranges, with a journal, verified, repaired."""
