# SPDX-License-Identifier: Apache-2.0
"""The page of the log: what KTDesk has said of itself since it was started."""
