# SPDX-License-Identifier: Apache-2.0
"""The commands of `ktdesk models`: one module each, made as those of `ktdesk` are."""
