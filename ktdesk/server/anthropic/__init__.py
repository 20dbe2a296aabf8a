# SPDX-License-Identifier: Apache-2.0
"""Anthropic's API: messages, and counting their tokens.

Fields of a body that the API does not have are refused by name, as Anthropic refuses them.
metadata, service_tier and marks of caching are taken and do nothing: what was read is kept anyway.
Thinking comes with an empty signature, and is given back to the model as its reasoning; its budget
does nothing, since models do not know of one.
"""
