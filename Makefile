# Everything starts here: `make run` or `make test`, also on a bare clone.
# The work is in scripts/setup.py; this file only names it.

PYTHON ?= python3
SETUP := $(PYTHON) scripts/setup.py
BIN := .venv/bin
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test check format lock bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Install everything the product and its tests need
	@$(SETUP) --tests

run: ## Set up, then start the product with its demonstration company
	@$(SETUP)
	@exec $(BIN)/accelerator run

test: ## Set up, check, then run every test on SQLite and PostgreSQL
	@$(SETUP) --tests
	@$(MAKE) --no-print-directory check
	@rm -f .coverage .coverage.*
	@$(BIN)/pytest -n 3 --dist worksteal --cov --cov-report=term
	@$(BIN)/coverage report --include='accelerator/domain/*' --fail-under=100 --show-missing \
		--skip-covered || { \
		echo "The rules in accelerator/domain must be covered branch by branch."; exit 1; }

check: ## Check format, lint, types and the layers
	@$(SETUP)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports

format: ## Format the code and mend what can be mended by itself
	@$(SETUP)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

lock: ## Pin the newest allowed packages again: make lock UPGRADE=--upgrade
	@$(SETUP)
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev -o requirements-dev.lock
	$(COMPILE) pyproject.toml -c requirements-dev.lock -o requirements.lock
	echo uv | $(COMPILE) $(UPGRADE) - -o requirements-uv.lock

bench: ## Measure the pages at 1,000 and 10,000 ideas
	@$(SETUP) --tests
	@$(BIN)/python -m benchmarks

clean: ## Remove what was installed and built; the data in instance/ stays
	rm -rf .venv node_modules static/dist dist htmlcov .coverage .coverage.* \
		.pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
