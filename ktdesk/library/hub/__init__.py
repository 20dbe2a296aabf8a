# SPDX-License-Identifier: Apache-2.0
"""Where models come from: hubs, mirrors, servers and folders, and what they offer."""
