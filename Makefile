# Two commands: `make run` and `make test`. Each does its own set-up.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8050
# Processes that share the tests, a file each; 0 runs them one after another.
TEST_PROCESSES ?= 2

# What the browser files are built from, and the code that the server runs.
ROOMS := access components data_access indicators language pages
BROWSER := assets $(wildcard assets/*.* bundle/*.py bundle/*.json bundle/*.mjs bundle/*.cjs reference/*.geojson)
CODE := $(wildcard *.py $(addsuffix /*.py,$(ROOMS)) $(addsuffix /*/*.py,$(ROOMS)))

.PHONY: run test quick bench setup setup-dev bundle demo clean format

run: setup
	@PORT=$(PORT) exec $(PY) -m serving --demo-first

setup: $(VENV)/.runtime assets/built/.current var/.compiled

$(VENV)/.runtime: requirements.txt requirements.lock
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Instalē pakotnes | installing packages"
	@$(PY) -m pip install --quiet --disable-pip-version-check $$($(PY) bundle/lock.py requirements)
	@touch $@

$(VENV)/.development: requirements-dev.txt requirements-dev.lock $(VENV)/.runtime
	@$(PY) -m pip install --quiet --disable-pip-version-check $$($(PY) bundle/lock.py requirements-dev)
	@touch $@

assets/built/.current: $(VENV)/.runtime $(BROWSER)
	@$(PY) -m bundle.build && touch $@ || echo "Pārlūka pakotni neizdevās izveidot; lieto Dash iebūvēto | the browser bundle could not be built; using Dash's own"

bundle: assets/built/.current

# Compiled once here: where Python is told to write no bytecode, every start would compile all of it.
var/.compiled: $(VENV)/.runtime $(CODE)
	@mkdir -p var
	@$(PY) -m compileall -q *.py $(ROOMS) && touch $@

demo: $(VENV)/.runtime
	@$(PY) manage.py ensure-demo

setup-dev: setup $(VENV)/.development
	@sh tests/system_packages.sh

test: setup-dev
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports
	@$(PY) -m pytest tests -n $(TEST_PROCESSES) --dist loadfile --durations=30

# The few minutes while working: no browser, SQLite only.
quick: setup $(VENV)/.development
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports
	@$(PY) -m pytest tests -m "not browser and not postgres and not slow" -n $(TEST_PROCESSES) --dist loadfile

bench: setup-dev
	@$(PY) -m benchmarks.run

format: $(VENV)/.development
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix .

clean:
	rm -rf $(VENV) var assets/built bundle/node_modules .pytest_cache .hypothesis .ruff_cache .import_linter_cache
