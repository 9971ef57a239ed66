# Everything that a developer or a CI machine runs. A fresh machine needs Python 3.11 or newer
# and make; every target builds .venv first, which takes no time when it is up to date.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.up-to-date
RUNS := $(VENV)/.runs
NODE_CLIENTS := tests/end_to_end/foreign/node
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Tests start the gateway hundreds of times: without its compiled code each start takes 1 s more.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
# Tests wait for servers and modems a third of their time: one process more than there are cores.
JOBS ?= $(shell $(PYTHON) -c 'import os; print(1 + len(os.sched_getaffinity(0)))' 2>/dev/null || echo auto)
ARGS ?=

# One file's tests run in one process, so that they share that file's servers; files as collected.
PYTEST := $(BIN)/pytest --numprocesses=$(JOBS) --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup run check test soak bench clients docs wheel format static clean soak-tools browser prometheus

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo 'PYTHON=python3.12  the interpreter of a new .venv    JOBS=1  test processes (default: cores + 1)'
	@echo 'ARGS="-k wallet"   passed to pytest or the benchmarks'

setup: $(STAMP) ## Build .venv with all dependencies
	@:

$(STAMP): pyproject.toml
	$(call build,with what developers need,.[dev])
	@touch $@ $(RUNS)

$(RUNS): pyproject.toml
	$(call build,with what the gateway needs,.)
	@touch $@

define build
@test -n "$(PYTHON)" || { echo 'Ngoma needs Python 3.11 or newer: make setup PYTHON=/path/to/python' >&2; exit 1; }
@echo 'Building $(VENV) $(1): this takes a minute, and only the first time.'
@$(PYTHON) -m venv $(VENV)
@$(BIN)/pip install --quiet --editable '$(2)'
endef

run: $(RUNS) ## Start the demo gateway on http://127.0.0.1:8080
	$(BIN)/ngoma serve --demo

static: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: static ## Lint, types, import rules, unit and property tests on SQLite (under 2 minutes)
	$(PYTEST) --dist=worksteal -m 'not servers and not processes and not slow and not soak' $(ARGS)

browser:
	@for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends chromium >/dev/null && exit 0; \
	fi; \
	echo 'NO BROWSER: the pages will not be tried in one. Install chromium, or run make test as root.' >&2

# Unpacked and not installed, so that it starts no service.
prometheus: $(STAMP)
	@command -v prometheus >/dev/null && exit 0; \
	test -x $(VENV)/prometheus/usr/bin/prometheus && exit 0; \
	mkdir -p $(VENV)/prometheus && cd $(VENV)/prometheus && command -v apt-get >/dev/null && \
		{ [ "$$(id -u)" != 0 ] || apt-get update -qq; } && apt-get download -qq -o APT::Sandbox::User=root prometheus && \
		dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb && exit 0; \
	echo 'NO PROMETHEUS: the alerts will not be tried. Install it, or run make test where apt-get may download it.' >&2

test: static browser prometheus ## Everything but the soak, with throw-away PostgreSQL and Redis (under 15 minutes)
	$(PYTEST) --durations=10 --durations-min=1 -m 'not soak' $(ARGS)

soak: $(STAMP) soak-tools browser prometheus ## Full counts, all client languages, clock faults (hours)
	NGOMA_SOAK=full $(PYTEST) --timeout=7200 $(ARGS)

soak-tools:
	@missing=; for tool in php:php-cli composer:composer node:nodejs npm:npm javac:default-jdk-headless curl:curl systemd-analyze:systemd \
		faketime:faketime hledger:hledger ledger:ledger soffice:libreoffice-calc-nogui \
		ssconvert:gnumeric smsd:smstools gammu:gammu gammu-smsd:gammu-smsd gnokii:gnokii-cli \
		bearerbox:kannel /usr/lib/kannel/test/fakesmsc:kannel-extras debootstrap:debootstrap pgbouncer:pgbouncer buildah:buildah caddy:caddy \
		nginx:nginx haproxy:haproxy; do \
		command -v $${tool%%:*} >/dev/null || missing="$$missing $${tool#*:}"; \
	done; \
	php -m 2>/dev/null | grep -qx curl || missing="$$missing php-curl"; \
	for module in Spreadsheet::WriteExcel:libspreadsheet-writeexcel-perl \
		Excel::Writer::XLSX:libexcel-writer-xlsx-perl; do \
		perl -M$${module%:*} -e 1 2>/dev/null || missing="$$missing $${module##*:}"; \
	done; \
	test -f /usr/share/php/GuzzleHttp/autoload.php || missing="$$missing php-guzzlehttp-guzzle"; \
	test -z "$$missing" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && apt-get install -q -y --no-install-recommends $$missing; \
	else \
		echo "The soak needs:$$missing" >&2; exit 1; \
	fi
	npm ci --prefix $(NODE_CLIENTS) --no-audit --no-fund

bench: $(STAMP) ## Measure speed, with durable settings
	$(BIN)/python -m tests.benchmarks $(ARGS)

clients: $(STAMP) ## Send with curl, Python, PHP and Node through the running demo gateway
	$(BIN)/python -m tests.end_to_end.clients $(ARGS)

docs: $(STAMP) ## Write docs/reference/ and the clients' types anew from the code, keep new events in the corpus
	$(BIN)/python -m tests.support.event_corpus --write
	$(BIN)/python -m tests.tidy.reference --write
	$(BIN)/python -m tests.tidy.clients --write

wheel: $(STAMP) ## Build dist/ngoma-*.whl, which needs no checkout: rooms, documents, systemd units
	$(BIN)/python -m build --no-isolation --outdir dist

format: $(STAMP) ## Format the code and fix what can be fixed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## Remove .venv, caches and the demo's data
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist ngoma-data ngoma-data.writer-key \
		$(NODE_CLIENTS)/node_modules api/clients/typescript/node_modules api/clients/typescript/lib
	find . -name __pycache__ -prune -exec rm -rf {} +
