# SPDX-License-Identifier: Apache-2.0
# A shorter way to type `python3 make.py COMMAND`; the commands are in make.py.
#     make test ARGS="tests/unit -x"
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help run test setup lint format types contracts native sanitize bench build clean
help run test setup lint format types contracts native sanitize bench build clean:
	@$(PYTHON) make.py $@ $(ARGS)
