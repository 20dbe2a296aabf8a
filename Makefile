# SPDX-License-Identifier: Apache-2.0
# A shorter way to type `python3 make.py COMMAND`; the commands are in make.py.
#     make test ARGS="tests/unit -x"
#     make fuzz MINUTES=30
#     make screenshots OUT=folder
#     make cuda ARGS="86 89"
#     make bench JSON=rows.json MODELS="v2-lite qwen3" WORK=prefill-512 RUNS=5 THREADS=2
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help run test setup lint format types contracts native emulated cuda resources sanitize bench fuzz screenshots frozen appimage windows release clean
fuzz: override ARGS += $(or $(MINUTES),5) $(SEED)
screenshots: override ARGS += $(if $(OUT),"$(OUT)")
bench: override ARGS += \
	$(if $(MODELS),--models $(MODELS)) $(if $(WORK),--work $(WORK)) $(if $(RUNS),--runs $(RUNS)) \
	$(if $(THREADS),--threads $(THREADS)) $(if $(JSON),--json "$(JSON)")
help run test setup lint format types contracts native emulated cuda resources sanitize bench fuzz screenshots frozen appimage windows release clean:
	@$(PYTHON) make.py $@ $(ARGS)
