# Each target sets up what it needs: .venv is made when it is missing, or older than the lock files or pyproject.toml.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Spark's classes, kept for quicker starts: half a minute, once.
REHEARSE := $(BIN)/python -m streaming.demo.rehearsal
COMPILE := uv pip compile --universal --python-version 3.10 --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help demo demo-s3 cluster-demo run test lint faults soak bench fuzz audit-deps package lock clean java

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: java $(VENV)/.runtime ## Draw pictures, stream them into a table, refit the PCA, show the plot
	@$(REHEARSE)
	$(BIN)/verger demo

demo-s3: java $(VENV)/.dev ## The same on S3 with events, on a server of its own (moto)
	$(BIN)/python -m tests.demo_s3

cluster-demo: java $(VENV)/.dev ## 2,400 pictures on a Spark cluster of processes here, an executor and the driver killed
	$(BIN)/python -m tests.cluster.demo

run: java $(VENV)/.runtime ## Stream until stopped, with the settings in conf/local.toml
	@$(REHEARSE)
	$(BIN)/verger stream --config conf/local.toml

test: java $(VENV)/.dev ## Run the tests
	@$(REHEARSE)
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --durations 25

lint: $(VENV)/.dev ## Check style (ruff) and types (mypy)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

faults: java $(VENV)/.dev ## Run the fault suite, audit after each case, print what was done and seen (TIMES=1)
	$(BIN)/python -m tests.faults --times $(or $(TIMES),1)

soak: java $(VENV)/.dev ## Feed and break a stream at random, audit it at the end (MINUTES=10 or KILLS=200, SEED=1, S3=1, OUT=file)
	$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),10) --kills $(or $(KILLS),0) --seed $(or $(SEED),1) $(if $(S3),--s3) $(if $(OUT),--out $(OUT))

bench: java $(VENV)/.dev ## Measure the speed, features checked first
	@$(REHEARSE)
	$(BIN)/python -m tests.bench

fuzz: $(VENV)/.dev ## Damaged pictures through the worker's function (N=10000 SEED=1 MINUTES=30)
	$(BIN)/python -m tests.fuzz -n $(or $(N),10000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),30)

audit-deps: $(VENV)/.dev ## Ask for known holes in the locked packages (pip-audit)
	$(BIN)/python -m tests.audit_deps

package: $(VENV)/.dev ## Pack what EMR runs into dist/, the weights of VERGER_WEIGHTS converted (Linux x86-64, Python 3.11)
	$(BIN)/python -m conf.emr.package

lock: ## Write both requirements files anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: install it, for example with 'pipx install uv'." >&2; exit 2; }
	$(COMPILE) pyproject.toml --extra dev -o requirements-dev.txt
	$(COMPILE) pyproject.toml -c requirements-dev.txt -o requirements.txt

clean: ## Remove the environment, builds and caches (never a landing or a lake)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Before the environment: its downloads take a minute or two, and without Java they would be for nothing.
java: | $(VENV)/.python
	@$(BIN)/python -m conf.java

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	  echo "Verger needs Python 3.10 to 3.13, and '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo not there): name another one, as in 'make PYTHON=python3.11 $(MAKECMDGOALS)'." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' lacks venv: install it (Debian: 'sudo apt-get install python3-venv') or name another Python, as in 'make PYTHON=python3.11 $(MAKECMDGOALS)'." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt pyproject.toml | $(VENV)/.python
	@echo "installing into $(VENV): 2.6 GB, which takes some minutes"
	$(BIN)/python -W ignore -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml | $(VENV)/.python
	@echo "installing into $(VENV): 2.6 GB, which takes some minutes"
	$(BIN)/python -W ignore -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
