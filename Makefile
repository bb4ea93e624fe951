# The two commands a newcomer needs: make demo, make test.

UV ?= .cache/uv/bin/uv
LOCK_ARGS ?=
PYTEST_ARGS ?=
DEMO_ARGS ?=
FUZZ ?= 10000000

setup := deploy/setup
step := @$(setup)/step.sh

.DEFAULT_GOAL := help
# The checks run in the order written, and .venv has one writer, whatever -j says.
.NOTPARALLEL:
.PHONY: help demo test lab lint types layers fmt fuzz bench lock clean run-venv dev-venv packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

# The programs the machine has itself come first on PATH.
demo: run-venv ## a simulated network and its monitor (DEMO_SECONDS=60, DEMO_ARGS=...)
	@$(setup)/programs.sh .cache
	@PATH="$$PATH:$(CURDIR)/.cache/debian/usr/bin" exec .venv/bin/bellrock demo \
		$${DEMO_SECONDS:+--seconds "$$DEMO_SECONDS"} $(DEMO_ARGS)

test: dev-venv packages lint types layers ## everything CI checks (PYTEST_ARGS=...)
	@.venv/bin/pytest -ra $(PYTEST_ARGS)

lab: dev-venv packages ## a dozen real routers to try things on, as root; Ctrl-C ends it
	@exec .venv/bin/python -m tests.lab

lint: dev-venv ## formatting and ruff's rules
	$(step) format .venv/bin/ruff format --check .
	$(step) lint .venv/bin/ruff check .

types: dev-venv ## mypy, strict
	$(step) types .venv/bin/mypy

layers: dev-venv ## arrows go down, siblings never meet
	$(step) layers .venv/bin/lint-imports

fmt: dev-venv ## format, and mend what ruff can mend
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

fuzz: dev-venv ## ten million hostile inputs (FUZZ=10000000)
	@$(setup)/fuzzer.sh requirements-fuzz.lock
	@.venv/bin/python -m tests.collectors.snmp.fuzz $(FUZZ)

bench: run-venv ## the project's benchmarks, as JSON lines
	@.venv/bin/bellrock bench all

# Resolved for every platform, so that one lock serves x86-64 and arm64; without
# addresses, so that it installs from whatever index a machine uses. What users run is
# drawn from what was tested.
lock: $(UV) ## renew the lock files (LOCK_ARGS=--upgrade for newer versions)
	@for group in dev build; do \
		[ $$group = dev ] && out=requirements-dev.lock tested= \
			|| out=requirements.lock tested="-c requirements-dev.lock"; \
		$(UV) pip compile --quiet --python-version 3.11 --universal \
			--fork-strategy fewest --generate-hashes --no-header \
			--no-emit-index-url --no-emit-find-links $(LOCK_ARGS) \
			$$tested --group $$group -o $$out pyproject.toml >/dev/null || exit 1; \
	done
	@$(UV) pip compile --quiet --python-version 3.11 --universal \
		--generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		$(LOCK_ARGS) --group pyproject.toml:fuzz -o requirements-fuzz.lock >/dev/null

.cache/uv/bin/uv:
	@$(or $(PYTHON),python3) -m venv .cache/uv
	@.cache/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

clean: ## remove all that these targets made
	@rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

run-venv:
	@$(setup)/venv.sh requirements.lock

dev-venv:
	@$(setup)/venv.sh requirements-dev.lock

packages:
	@$(setup)/test-packages.sh $(setup)/debian-test-packages.txt
