# SPDX-License-Identifier: Apache-2.0
"""The models on this machine: which there are, how they are, and what is kept about them."""
