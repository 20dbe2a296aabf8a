# SPDX-License-Identifier: Apache-2.0
"""The list of chats beside the conversation."""
