# SPDX-License-Identifier: Apache-2.0
"""OpenAI's API: chat completions, completions, responses, models.

Fields of a body that the API does not have are refused by name, as OpenAI refuses them. Fields of
messages are passed over if they have no meaning here. These are taken and do nothing: user,
metadata, store (of chats), service_tier, safety_identifier, prompt_cache_key, verbosity.
"""
