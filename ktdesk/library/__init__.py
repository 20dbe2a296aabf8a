# SPDX-License-Identifier: Apache-2.0
"""The models on this disk, and the demo model that KTDesk makes itself."""
