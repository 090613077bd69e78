# Cairn's tasks. A fresh Debian machine needs nothing but `make`: every target installs what it lacks.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
STAMP := .venv/.installed
# Compiled bytecode is kept: without it every process of a test or a demo compiles everything again.
unexport PYTHONDONTWRITEBYTECODE
DATA ?= ../shared/data/adventureworks
YEARS ?= company adventureworks
TO ?= rules.xlsx
COMPOSE ?= docker compose
# Whole files of tests go side by side, in their order; each process starts servers of its own.
SIDE_BY_SIDE ?= --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.PHONY: help setup demo test check browser lint types contracts format specs containers provider docs pictures coverage adventureworks compare-years bench workbook messages lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(STAMP) ## install everything into .venv (safe to repeat)

$(STAMP): requirements/dev.txt requirements/uv.txt pyproject.toml deploy/set-up
	@deploy/set-up
	@touch $@

demo: $(STAMP) ## install, start the servers, play a small company's year, leave a cycle to try
	@$(BIN)/cairn demo

test: $(STAMP) browser lint types contracts ## install, then format, lint, types, import contracts and every test
	@$(BIN)/pytest $(SIDE_BY_SIDE)

check: test ## the same as test

browser: ## install the browser that tests of the pages drive (Debian's chromium), where there is none
	@deploy/browser

lint: $(STAMP)
	@$(BIN)/ruff format --check --quiet --diff . || { echo 'The code is not formatted: run `make format`.'; exit 1; }
	@$(BIN)/ruff check .

types: $(STAMP)
	@$(BIN)/mypy

contracts: $(STAMP)
	@$(BIN)/lint-imports

format: $(STAMP) ## write all code in the one style, imports in order
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format .

specs: $(STAMP) ## the rules alone, without any server: half a minute at most
	@$(BIN)/pytest -q tests/specs tests/architecture tests/docs

containers: $(STAMP) ## run docker-compose.yml on real containers (ten minutes): make containers COMPOSE="docker compose"
	@CAIRN_CONTAINERS="$(COMPOSE)" $(BIN)/pytest -q -x tests/containers

provider: $(STAMP) ## build the OpenID Connect provider that tests sign in at, where Go is installed
	@command -v go >/dev/null || { echo "This needs Go 1.26 or newer: https://go.dev/doc/install"; exit 1; }
	@GOBIN="$(CURDIR)/.venv/oidc" go install github.com/zitadel/oidc/v3/example/server@v3.52.0

docs: $(STAMP) ## write the generated pages anew, then check every link and name in the documents
	@for page in docs/write_*.py; do $(BIN)/python $$page || exit 1; done
	@$(BIN)/pytest -q tests/docs

pictures: $(STAMP) browser ## take the pictures of every page in docs/pictures anew
	@mkdir -p docs/pictures && rm -f docs/pictures/*.webp
	@CAIRN_PICTURES=docs/pictures $(BIN)/pytest -q tests/pages/test_every_page.py -k no_page_overflows
	@$(BIN)/python docs/write_pages.py

coverage: $(STAMP) .venv/.installed-coverage ## which lines no test runs: make coverage TESTS=tests/specs
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q $(TESTS); code=$$?; \
		$(BIN)/coverage combine --quiet && $(BIN)/coverage report; exit $$code

.venv/.installed-coverage: requirements/coverage.txt $(STAMP)
	@$(BIN)/python -m pip --disable-pip-version-check install -q --require-hashes -r $<
	@touch $@

adventureworks: $(STAMP) ## rehearse the year of a whole company: make adventureworks DATA=folder
	@$(BIN)/cairn rehearse examples/adventureworks --data $(DATA)

compare-years: $(STAMP) ## play both example years here and at another commit, compare every score: make compare-years BASE=commit
	@$(BIN)/python -m tests.years "$(BASE)" --years "$(YEARS)" --data "$(DATA)"

bench: $(STAMP) .venv/.installed-bench ## measure everything beside its floor (minutes): make bench BENCH="--scale 1,10"
	@$(BIN)/python -m bench $(BENCH)

.venv/.installed-bench: requirements/bench.txt $(STAMP)
	@$(BIN)/python -m pip --disable-pip-version-check install -q --require-hashes -r $<
	@touch $@

workbook: $(STAMP) ## write the rules as a workbook with live formulas: make workbook TO=rules.xlsx
	@$(BIN)/python -m tests.workbook "$(TO)"

messages: $(STAMP) ## tell which messages lack a sentence and which nobody uses, and put cairn/i18n/locales right
	@$(BIN)/python -m cairn.i18n

lock: $(STAMP) ## write requirements/*.txt anew from pyproject.toml, with hashes and without any registry's address
	@$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--output-file requirements/runtime.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-header --output-file requirements/dev.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra bench --constraint requirements/dev.txt --universal \
		--python-version 3.11 --generate-hashes --no-header --output-file requirements/bench.txt
	@echo uv | $(BIN)/uv pip compile -q - --constraint requirements/dev.txt --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --output-file requirements/uv.txt
	@echo coverage | $(BIN)/uv pip compile -q - --constraint requirements/dev.txt --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --output-file requirements/coverage.txt
	@! grep -nE 'https?://' requirements/*.txt

clean: ## remove what set-up and tests made here (not your data in .cairn, not the cache)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -not -path './.git/*' -exec rm -rf {} +
