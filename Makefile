# What one can do here. `make` alone lists it; every verb sets up what it needs.

export UV_PROJECT_ENVIRONMENT ?= .venv
# Trust what the machine trusts: companies put certificates of their own in between.
export UV_SYSTEM_CERTS ?= 1
# Installing takes longer once, every start is quicker.
export UV_COMPILE_BYTECODE := 1
export NO_MKDOCS_2_WARNING := 1
unexport VIRTUAL_ENV

BIN := $(UV_PROJECT_ENVIRONMENT)/bin
UV_HERE := .venv-uv/bin/uv
UV := $(or $(shell command -v uv 2>/dev/null),$(UV_HERE))
PYTEST_OPTIONS ?=

.DEFAULT_GOAL := help
.PHONY: help demo setup check test test-fast bench docs

help:
	@echo "Zhike: make VERB, where VERB is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(UV)  ## simulate a shop, analyse it, write its report; in a terminal also serve its pages
	$(UV) sync --frozen --quiet --inexact --no-default-groups
	$(BIN)/zhike demo
	@if [ -t 0 ] && [ -t 1 ] && [ -z "$$CI" ]; then $(BIN)/zhike -C demo serve --port 0; fi

setup: $(UV)  ## everything that development needs, from the lockfile, into .venv
	$(UV) sync --frozen --quiet

check: setup  ## format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup check  ## the checks, then every test
	$(BIN)/pytest -n 2 --dist loadscope $(PYTEST_OPTIONS)

test-fast: setup  ## the tests that need neither patience, a server nor a browser
	$(BIN)/pytest -n 2 --dist loadscope -m "not slow and not server and not browser" $(PYTEST_OPTIONS)

bench: setup  ## our speed beside pandas, openretailscience and the floor, as JSON
	$(BIN)/python -m bench $(BENCH_OPTIONS)

docs: setup  ## the documentation site, built strictly into site/
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

# Where uv is not installed, it gets a folder of its own; no rights are needed.
$(UV_HERE):
	python3 -m venv .venv-uv
	.venv-uv/bin/python -m pip install --quiet uv
