# The two commands are `make demo` and `make test`; both make the environment on first use.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: help setup demo test lint format docs bundle bench clean

help:           ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(READY) ## make .venv with the command .venv/bin/pointreel

demo: $(READY)  ## render a sample clip, turn its masks into points, and say where everything lies
	@$(BIN)/pointreel demo --out demo

test: lint      ## run every check and every test
	@$(BIN)/python -m pytest -n 2

lint: $(READY)  ## formatting, style, types, the import contract, and the documentation
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@report=$$($(BIN)/lint-imports --no-cache) || { echo "$$report"; exit 1; }
	@$(BIN)/python docs/generate.py --check
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

format: $(READY) ## put every file in the project's format
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/python docs/generate.py

docs: $(READY)  ## serve the documentation on this machine
	@$(BIN)/mkdocs serve

bundle: $(READY) ## build the studio's page anew from frontend/ (needs Node and npm; nothing else does)
	@cd frontend && npm ci --silent --no-audit --no-fund
	@$(BIN)/python -m pointreel.apps.web.openapi > frontend/openapi.json
	@cd frontend && npm run --silent types > /dev/null && npm run --silent check && npm test --silent && npm run --silent build

clean:          ## remove what the commands above have made
	rm -rf .venv demo site frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Torch comes first and the rest is held to it, so that nothing pulls in another build. The build for the CPU alone is
# taken where pip can find one.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"pointreel needs Python 3.11 or later, and $(PYTHON) is {sys.version.split()[0]}. Type: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	@echo "Making .venv (a few minutes the first time) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0+cpu 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)
