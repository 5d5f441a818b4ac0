# The two commands of the README, and the checks they are made of.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONUTF8 = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export LANGSMITH_TRACING = false
export ANONYMIZED_TELEMETRY = false

.PHONY: run test check setup clean

run: setup ## set up and serve the web chat (and Telegram, where a token is set)
	@$(BIN)/python -m bot run

test: setup check ## set up and pass every check and test
	@echo "== Kiểm thử"
	@$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=$$(cat tests/coverage-floor)

check: setup
	@echo "== ruff, mypy, import-linter"
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

setup: $(READY)

$(READY): pyproject.toml constraints.txt setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh ./setup.sh
	@touch $(READY)

clean: ## remove the environment; the data directory stays
	rm -rf $(VENV)
