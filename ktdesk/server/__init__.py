# SPDX-License-Identifier: Apache-2.0
"""An HTTP server over one engine, in the words of OpenAI's, Ollama's and Anthropic's APIs.

`service` runs it, `app` puts it together. `openai`, `ollama` and `anthropic` translate between
their API and the engine's requests and events; what all share lies beside them. FastAPI is
imported with these modules, so callers import them when they serve.
"""
