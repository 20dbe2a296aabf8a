# SPDX-License-Identifier: Apache-2.0
"""Published models as files without weights: true headers, sizes and types, and holes for data."""
