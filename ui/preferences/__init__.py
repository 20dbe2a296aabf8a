# SPDX-License-Identifier: Apache-2.0
"""The page of all settings, of the folders, of privacy and of the reports of crashes."""
