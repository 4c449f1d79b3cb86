.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python

help: ## Show what there is to do.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: help
