# Everything that a person does with this repository. `make` explains itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3.11
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV := $(VENV)-uv/bin/uv
DUCKDB_CLIENTS := build/duckdb-oldest/.ready build/duckdb-newest/.ready

# One more than cores: the tests of homes mostly wait for real services.
TESTERS ?= 3
QUICK := not e2e and not integration and not damage and not hostile and not deliveries and not trials and not stack and not spark

.PHONY: help setup demo up down status sql backfill airflow-backfill doctor test check resilience raw-damage hostile gates stack-burst ordinary-year deliveries stack-backup stack-restore e2e e2e-sample e2e-stack e2e-builds docs dbt-docs spark spark-parity lint format lock env bench clean

help: ## Show this help
	@echo "Short-drama market pipeline. On a fresh machine: make demo"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment from the pinned requirements

# pip refuses some hashes of extras in the compiled set; a pinned uv accepts it. uv is in an
# environment of its own, so that it is not a requirement of the project.
$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)-uv
	$(VENV)-uv/bin/pip install --quiet uv==$(UV_VERSION)

$(READY): requirements-dev.txt pyproject.toml include/shortdrama_local/pyproject.toml | $(UV)
	@echo "Setting up $(VENV): about 250 packages, 1.5 GB"
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . -e include/shortdrama_local
	@touch $@

# Other DuckDB versions, to read published files with, dlt, to be measured beside, and Spark; each
# outside the project's environment.
build/%/.ready: requirements-%.txt | $(UV)
	rm -rf $(@D)
	$(UV) pip install --quiet --python $(PYTHON) --target $(@D) --no-deps --require-hashes -r $<
	@touch $@

demo: $(READY) ## Run the whole pipeline on this machine and print answers
	$(BIN)/shortdrama demo

up: $(READY) ## Start Airflow, S3, simulator and mail for a person
	$(BIN)/shortdrama up

down: $(READY) ## Stop what `make up` started
	$(BIN)/shortdrama down

status: $(READY) ## What each dataset covers and lacks, what is published and due
	$(BIN)/shortdrama status

# From the environment, as it was typed: quotes and dollars mean nothing to make or the shell there.
unexport Q
sql: export QUERY = $(value Q)
sql: $(READY) ## Answer a query: Q="select …" [FORMAT=table|csv|json]; without one a shell opens
	@$(BIN)/shortdrama sql --format $(or $(FORMAT),table) $(if $(value Q),-- "$$QUERY")

backfill: $(READY) ## Start and follow a backfill: DATASET=… FROM=2025-01-01 TO=2025-12-31 [WHY="…"] [ARGS=--dry-run]
	@test -n "$(FROM)" -a -n "$(TO)" || { echo "give FROM and TO, e.g. make backfill FROM=2025-01-01 TO=2025-12-31"; exit 1; }
	$(BIN)/shortdrama backfill $(or $(DATASET),appfigures.estimates) --from "$(FROM)" --to "$(TO)" $(if $(WHY),--because "$(WHY)") $(ARGS)

airflow-backfill: $(READY) ## Airflow's backfill, one run per day: FROM=2025-07-01 TO=2025-07-07
	@test -n "$(FROM)" -a -n "$(TO)" || { echo "give FROM and TO, e.g. make airflow-backfill FROM=2025-07-01 TO=2025-07-07"; exit 1; }
	$(BIN)/shortdrama airflow-backfill $(FROM) $(TO)

doctor: $(READY) ## Check endpoints, credentials, the lake, quota, extension
	$(BIN)/shortdrama doctor

test: $(READY) $(DUCKDB_CLIENTS) ## All tests that need no whole pipeline
	$(BIN)/pytest -m "$(QUICK) and not browser" --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder

check: $(READY) $(DUCKDB_CLIENTS) ## Lint, types, the tests of what changed since main
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@changed="$$($(BIN)/python tests/changed.py)"; \
		if [ -z "$$changed" ]; then echo "nothing changed that has tests"; exit 0; fi; \
		$(BIN)/pytest -m "$(QUICK)" --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder $$changed

resilience: $(READY) ## kill -9 at 20 points of build and publish, at 30 of a backfill (long)
	$(BIN)/pytest tests/integration/test_resilience.py
	$(BIN)/pytest -m "e2e and resilience" tests/e2e/test_running_backfills_killed.py

raw-damage: $(READY) ## 360 damages of raw objects, 35 of the warehouse (an hour)
	$(BIN)/pytest -m damage tests/integration

gates: $(READY) ## Try every defective and unusual load and mart of the corpora (ten minutes)
	PYTHONPATH=tests $(BIN)/python tests/record_trials.py
	PYTHONPATH=tests $(BIN)/python tests/record_mart_trials.py
	$(BIN)/pytest --numprocesses $(TESTERS) --dist loadfile tests/unit/gates/test_trials.py \
		tests/unit/gates/test_mart_trials.py

ordinary-year: $(READY) ## A year of ordinary loads through the gates (twenty minutes)
	PYTHONPATH=tests $(BIN)/python tests/ordinary_year.py

hostile: $(READY) ## Every fault of a hostile source on every route (a quarter of an hour)
	$(BIN)/pytest -m hostile tests/unit/ingest/test_faults.py tests/unit/ingest/test_hostile.py -s -q

deliveries: $(READY) ## 500 readers, 20 killed senders, 10,000 weeks of deliveries (half an hour) [SEED=13]
	$(BIN)/pytest -m deliveries tests/unit/reports/delivery -s -q

stack-burst: $(READY) ## The team's stack without Docker: a cold burst of tasks, workers, an upgrade and back (ten minutes, as root)
	$(BIN)/pytest -m stack tests/e2e/test_team_stack.py tests/e2e/test_scale_profile.py tests/e2e/test_scale_backfill.py tests/unit/compose -s -q

E2E := e2e and not resilience
BUILDS := integration and not resilience and not deliveries
e2e: $(READY) ## The real scheduler, killed builds, analysts, browser (a quarter of an hour)
	$(MAKE) --jobs 2 --no-print-directory e2e-stack e2e-builds E2E="$(E2E)" BUILDS="$(BUILDS)"

e2e-sample: $(READY) ## The same without the longest; CI runs it
	$(MAKE) --no-print-directory e2e E2E="$(E2E) and not long" BUILDS="$(BUILDS) and not long"

e2e-stack:
	$(BIN)/pytest -m "$(E2E)" --durations 20

e2e-builds:
	$(BIN)/pytest -m "($(BUILDS)) or browser"

spark: build/spark/.ready ## Install dbt on Spark for the setting `spark` and for comparisons (0.9 GB)

spark-parity: $(READY) build/spark/.ready ## DuckDB and a Spark cluster build the same lakes; needs Java 17 (20 minutes)
	PYTHONPATH=tests $(BIN)/python tests/spark_parity.py
	$(BIN)/pytest -m spark

bench: $(READY) ## Measure ingest, gates, marts, ledger, loads, inbox, a year, reports
	-$(MAKE) build/dlt/.ready
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/gates.py
	$(BIN)/python benchmarks/marts.py
	$(BIN)/python benchmarks/mart_gate.py
	$(BIN)/python benchmarks/ledger.py
	$(BIN)/python benchmarks/loads.py
	$(BIN)/python benchmarks/inbox.py
	$(BIN)/python benchmarks/day_build.py
	$(BIN)/python benchmarks/backfill_year.py
	$(BIN)/python benchmarks/render_report.py
	$(BIN)/python benchmarks/iceberg.py
	$(BIN)/python benchmarks/market_page.py

DBT_DOCS = SHORTDRAMA_WAREHOUSE_PATH=$(CURDIR)/build/docs/market.duckdb DBT_TARGET_PATH=$(CURDIR)/build/docs \
	DBT_LOG_PATH=$(CURDIR)/build/logs DBT_PROJECT_DIR=dbt_project DBT_PROFILES_DIR=dbt_project DBT_TARGET=local \
	DBT_SEND_ANONYMOUS_USAGE_STATS=false $(BIN)/dbt --quiet

docs: $(READY) ## Generated tables and pictures of the documents, and dbt's pages
	UPDATE_DOCS=1 $(BIN)/pytest tests/unit/reports/delivery/test_subscriptions.py tests/unit/docs/test_expectations.py tests/unit/docs/test_hazards.py \
		tests/unit/docs/test_backfillable.py tests/browser/test_status_page.py \
		tests/browser/test_reports.py tests/browser/test_market_page.py
	$(MAKE) dbt-docs

dbt-docs: $(READY) ## dbt's pages of every model and column, with the types of a small built warehouse
	mkdir -p build/docs && rm -f build/docs/market.duckdb
	PYTHONPATH=tests $(BIN)/python -m markets.small build/docs/market.duckdb
	$(DBT_DOCS) build --exclude-resource-type test --exclude-resource-type unit_test
	$(DBT_DOCS) docs generate --static
	@echo "open build/docs/static_index.html, or Models in Airflow's navigation after make up"

lint: $(READY) ## ruff, mypy, layers of imports, sqlfluff, yamllint, compose, Docker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfluff lint dbt_project
	$(BIN)/yamllint --strict .
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/check-jsonschema --schemafile include/shortdrama/reports/subscriptions.schema.json include/shortdrama/reports/subscriptions.yaml
	$(BIN)/hadolint Dockerfile

format: $(READY) ## Let ruff and sqlfluff correct what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix dbt_project

lock: $(UV) ## Compile the pinned requirements from pyproject.toml
	$(UV) pip compile --quiet --generate-hashes --python-version 3.11 --no-header --extra dev pyproject.toml -o requirements-dev.txt
	$(UV) pip compile --quiet --generate-hashes --python-version 3.11 --no-header --extra local pyproject.toml -c requirements-dev.txt -o requirements-local.txt
	$(UV) pip compile --quiet --generate-hashes --python-version 3.11 --no-header pyproject.toml -c requirements-dev.txt -o requirements.txt
	for group in duckdb-oldest duckdb-newest dlt; do \
		$(UV) pip compile --quiet --generate-hashes --python-version 3.11 --no-header --group $$group -o requirements-$$group.txt || exit 1; \
	done
	$(UV) pip compile --quiet --generate-hashes --python-version 3.11 --no-header --group spark -c requirements-dev.txt -o requirements-spark.txt

# It needs a shell, and nothing that `make setup` brings.
env: ## Make secrets/ and .env for docker-compose.yml; it changes nothing that is there
	@sh docker/make_env.sh

stack-backup: ## Copy the team's stack, while it runs: TO=/srv/backup [KEEP=30]
	@sh docker/backup.sh "$(TO)" $(KEEP)

stack-restore: ## Stop the team's stack and restore it: FROM=/srv/backup [ARGS="--replace"]
	@sh docker/restore.sh "$(FROM)" $(ARGS)

clean: $(READY) ## Stop everything; remove this machine's lake and mail
	$(BIN)/shortdrama down
	rm -rf "$${SHORTDRAMA_HOME:-.shortdrama}"
