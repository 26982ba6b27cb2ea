# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Every target sets up what it needs. All that is made lies in .venv, .cache and out.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The Python that makes the environments: the newest on PATH that runs, or make PYTHON=/path/to/python3.12
PYTHON ?=
# Tests and linters at a time
JOBS ?= 2
# More words for pytest: make test ARGS="-k journal -x"
ARGS ?=
# The ansible-cores of `make matrix`, e.g. CORES="2.16 2.21"; all by default
CORES ?=
# Random registry states for `make compare-engines`
STATES ?= 10000
# Where `make build` and `make audit-reg` write
OUT ?= out

COLLECTIONS := .cache/collections
SELF := $(COLLECTIONS)/ansible_collections/msexchange/tls
RUNTIME := .venv/.runtime-ready
TEST := .venv/.test-ready
LINT := .cache/lint-venv/.ready
MUTANTS := .cache/mutants-venv/.ready
MOLECULE := .cache/molecule-venv/.ready
LINT_BIN := $(CURDIR)/.cache/lint-venv/bin
REQUIREMENTS := tests/requirements

# Absolute: some tools are started in a copy of the project. A user's own settings must not change what a test sees.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(COLLECTIONS)
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV ANSIBLE_CONFIG ANSIBLE_VAULT_PASSWORD_FILE

PIP_INSTALL := -m pip install -qq --require-virtualenv

##@ Use

.PHONY: demo
demo: $(RUNTIME) ## Audit, harden, reboot and verify a simulated estate, with a table at the end
	@PYTHONPATH=tests:$(COLLECTIONS) python -m demo $(ARGS)

.PHONY: audit-reg
audit-reg: $(RUNTIME) ## Judge a .reg export: make audit-reg FILE=server.reg OS=2016 EXCHANGE=15.1.2507.6
	@test -n "$(FILE)" || { echo 'audit-reg: which export? make audit-reg FILE=server.reg OS=2016 EXCHANGE=15.1.2507.6' >&2; exit 2; }
	@PYTHONPATH=$(ANSIBLE_COLLECTIONS_PATH) python tests/tools/audit_reg.py --out "$(OUT)" --os "$(OS)" --exchange "$(EXCHANGE)" "$(FILE)"

.PHONY: scan
scan: $(RUNTIME) ## What ports answer, without Ansible: make scan ENDPOINTS="mail.example.com smtp://mail.example.com"; ARGS=--help for the rest
	@PYTHONPATH=$(ANSIBLE_COLLECTIONS_PATH) python -m ansible_collections.msexchange.tls.plugins.plugin_utils._scan $(ENDPOINTS) $(ARGS)

.PHONY: build
build: $(RUNTIME) ## Build the installable artefact into out/
	@mkdir -p "$(OUT)"
	@ansible-galaxy collection build --force --output-path "$(OUT)" .

##@ Check

.PHONY: test
test: $(TEST) $(LINT) $(MOLECULE) ## Lint, then all tests: unit, and integration on every engine that is here
	@$(MAKE) --no-print-directory --jobs=$(JOBS) --output-sync=target --keep-going lint
	@$(MAKE) --no-print-directory pytest

.PHONY: pytest
pytest: $(TEST) $(MOLECULE) ## All tests without lint; ARGS goes to pytest
	@python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

.PHONY: unit
unit: $(TEST) ## The tests that run no playbook on the lab
	@python -m pytest -n $(JOBS) --dist loadfile tests/unit $(ARGS)

.PHONY: integration
integration: $(TEST) $(MOLECULE) ## The tests with real ansible-playbook
	@python -m pytest -n $(JOBS) --dist loadfile tests/integration $(ARGS)

.PHONY: matrix
matrix: $(RUNTIME) ## The integration tests on every ansible-core that is promised; CORES="2.16 2.21", ARGS goes to pytest
	@PYTHONPATH=tests python tests/tools/matrix.py --jobs $(JOBS) $(CORES) -- $(ARGS)

.PHONY: windows
windows: $(TEST) ## Tests that take a real Windows server: make windows HOST=mbx01 INVENTORY=inventory.yml (docs/own-lab.md)
	@test -n "$(HOST)" -a -n "$(INVENTORY)" || { echo 'windows: which server? make windows HOST=mbx01 INVENTORY=inventory.yml' >&2; exit 2; }
	@mkdir -p "$(OUT)"
	@MSEXCHANGE_TLS_HOST='$(HOST)' MSEXCHANGE_TLS_INVENTORY='$(abspath $(INVENTORY))' \
	  MSEXCHANGE_TLS_EXPENDABLE='$(EXPENDABLE)' MSEXCHANGE_TLS_SCHANNEL_SERVER='$(SERVER)' \
	  python -m pytest -m 'needs_windows or confirmed_on_windows' --junit-xml "$(OUT)/windows.xml" tests/integration $(ARGS)

.PHONY: plan-mutations
plan-mutations: $(TEST) ## A hundred thousand spoiled plan files through their reader; ARGS="COUNT SEED"
	@PYTHONPATH=tests:$(COLLECTIONS) python tests/tools/plan_mutations.py $(ARGS)

.PHONY: journal-mutations
journal-mutations: $(TEST) ## A hundred thousand spoiled journals through their reader and the way back; ARGS="COUNT SEED"
	@PYTHONPATH=tests:$(COLLECTIONS) python tests/tools/journal_mutations.py $(ARGS)

.PHONY: wire-mutations
wire-mutations: $(TEST) ## A million damaged flights through every reader of the prober; ARGS="COUNT SEED"
	@PYTHONPATH=tests:$(COLLECTIONS) python tests/tools/wire_mutations.py $(ARGS)

.PHONY: lint
lint: lint-python lint-types lint-yaml lint-docs lint-ansible sanity ## All linters; `make -k lint` goes on after a failure

.PHONY: lint-python
lint-python: $(TEST) ## ruff: rules and format; vermin: nothing newer than the Python that is promised
	@echo '--- ruff, vermin'
	@ruff check --quiet --output-format concise
	@ruff format --check --quiet || { echo 'These are not formatted (ruff format):'; ruff format --check; exit 1; }
	@vermin --quiet --no-tips --violations -t=3.9- plugins/module_utils plugins/modules
	@vermin --quiet --no-tips --violations -t=3.10- plugins

.PHONY: lint-types
lint-types: $(TEST) ## mypy, strict, on plugin_utils and module_utils
	@echo '--- mypy'
	@python -m mypy --no-error-summary -p ansible_collections.msexchange.tls.plugins.plugin_utils -p ansible_collections.msexchange.tls.plugins.module_utils

.PHONY: lint-yaml
lint-yaml: $(TEST) ## yamllint
	@echo '--- yamllint'
	@yamllint --strict .

.PHONY: lint-docs
lint-docs: $(LINT) $(RUNTIME) ## Documentation of plugins and roles, and the changelog
	@echo '--- antsibull-changelog, antsibull-docs'
	@copy=$$(python tests/tools/project_files.py .cache/docs); cd "$$copy"; \
	  PATH="$(LINT_BIN):$$PATH"; \
	  antsibull-changelog lint; \
	  antsibull-docs lint-collection-docs --plugin-docs .

.PHONY: lint-ansible
lint-ansible: $(LINT) $(RUNTIME) ## ansible-lint, profile production, offline
	@echo '--- ansible-lint'
	@copy=$$(python tests/tools/project_files.py .cache/lint); cd "$$copy"; PATH="$(LINT_BIN):$$PATH" ansible-lint --nocolor -q

.PHONY: sanity
sanity: $(TEST) ## ansible-test sanity, all but pslint; ARGS goes to ansible-test
	@echo '--- ansible-test sanity'
	@tests/tools/sanity.sh .cache/sanity $(ARGS)

.PHONY: molecule
molecule: $(MOLECULE) ## The molecule scenarios on the lab; ARGS="drift check" for some of them
	@$(dir $(MOLECULE))bin/python tests/tools/molecule_run.py $(ARGS)

.PHONY: molecule-mutants
molecule-mutants: $(MOLECULE) ## Is every molecule scenario red where the product is broken on purpose? Twenty minutes; ARGS: words of a defect
	@PYTHONPATH=tests $(dir $(MOLECULE))bin/python -m tools.molecule_mutants $(ARGS)

.PHONY: bench
bench: $(TEST) ## Measure what plays cost and write the tables of docs/performance.md; ARGS="costs --hosts 1 --print" restricts it
	@PYTHONPATH=tests:$(COLLECTIONS) python -m bench $(ARGS)

.PHONY: profile
profile: $(TEST) ## Where the CPU time of one audit of 200 servers goes, into docs/performance.md
	@PYTHONPATH=tests:$(COLLECTIONS) python -m bench profile $(ARGS)

.PHONY: bench-wire
bench-wire: $(TEST) ## The prober beside sslscan, nmap, testssl.sh and sslyze where they are; rewrites the tables of docs/wire.md
	@PYTHONPATH=tests:$(COLLECTIONS) python -m bench.wire $(ARGS)

.PHONY: wire-matrix
wire-matrix: $(TEST) ## The prober beside brute force on every TLS server that is here; ARGS: names of recipes
	@PYTHONPATH=tests:$(COLLECTIONS) python -m bench.wire_matrix $(ARGS)

.PHONY: mutants
mutants: $(MUTANTS) ## Mistakes put into the core, one at a time: do the tests notice? ARGS="_state --survivors" goes on
	@PYTHONPATH=tests $(dir $(MUTANTS))bin/python -m mutation --jobs $(JOBS) $(ARGS)

.PHONY: compare-engines
compare-engines: $(TEST) ## Emulation and real scripts on random registry states; STATES=10000, or CASE=17 to look at one
	@PYTHONPATH=tests:$(COLLECTIONS) python -m proof.engines $(if $(CASE),--case $(CASE),--states $(STATES))

.PHONY: compare-schannel
compare-schannel: $(TEST) ## The state model and Wine's Schannel: every pair of client values, every profile
	@PYTHONPATH=tests:$(COLLECTIONS) python -m proof.wine_schannel

.PHONY: cuts
cuts: $(TEST) ## The connection cut at every request of plan, apply, confirm and rollback, with a real PowerShell; ten minutes
	@PYTHONPATH=tests:$(COLLECTIONS) python -m proof.cuts

.PHONY: docs/endpoints.md
docs/endpoints.md: $(RUNTIME) # Write the tables of the page of ports from the data
	@python tests/tools/endpoints_page.py

.PHONY: docs/findings.md
docs/findings.md: $(RUNTIME) # Write the page of findings from the table in the code
	@python tests/tools/findings_page.py

.PHONY: docs/proof.md
docs/proof.md: $(TEST) # Write the page of what was shown on what from the markers of the tests and the records
	@PYTHONPATH=tests python -m proof.page

##@ Environment

.PHONY: setup
setup: $(TEST) $(LINT) ## Set up everything now

# The three environments. A change of a requirements file brings the environment up to date.
$(RUNTIME): $(REQUIREMENTS)/runtime.txt $(REQUIREMENTS)/constraints.txt $(REQUIREMENTS)/collections.txt tests/tools/fetch_collections.py
	@python=$$(test -n "$(PYTHON)" && echo "$(PYTHON)" || tests/tools/find_python.sh); \
	  .venv/bin/python -m pip --version >/dev/null 2>&1 || { echo "Setting up .venv with $$("$$python" --version) ($$python)"; rm -rf .venv; "$$python" -m venv .venv; }
	@.venv/bin/python $(PIP_INSTALL) --requirement $(REQUIREMENTS)/runtime.txt
	@mkdir -p $(dir $(SELF)) && ln -sfn ../../../.. $(SELF)
	@echo 'Fetching ansible.windows'
	@.venv/bin/python tests/tools/fetch_collections.py $(REQUIREMENTS)/collections.txt $(COLLECTIONS)
	@touch $@

$(TEST): $(RUNTIME) $(REQUIREMENTS)/test.txt
	@echo 'Setting up the test tools'
	@.venv/bin/python $(PIP_INSTALL) --requirement $(REQUIREMENTS)/test.txt
	@touch $@

$(LINT): $(RUNTIME) $(REQUIREMENTS)/lint.txt
	@echo 'Setting up the linters'
	@$(dir $@)bin/python -m pip --version >/dev/null 2>&1 || { rm -rf $(dir $@); .venv/bin/python -m venv $(dir $@); }
	@$(dir $@)bin/python $(PIP_INSTALL) --requirement $(REQUIREMENTS)/lint.txt
	@touch $@

$(MUTANTS): $(RUNTIME) $(REQUIREMENTS)/test.txt $(REQUIREMENTS)/mutants.txt
	@echo 'Setting up mutation testing'
	@$(dir $@)bin/python -m pip --version >/dev/null 2>&1 || { rm -rf $(dir $@); .venv/bin/python -m venv $(dir $@); }
	@$(dir $@)bin/python $(PIP_INSTALL) --requirement $(REQUIREMENTS)/mutants.txt
	@touch $@

$(MOLECULE): $(RUNTIME) $(REQUIREMENTS)/molecule.txt
	@echo 'Setting up molecule'
	@$(dir $@)bin/python -m pip --version >/dev/null 2>&1 || { rm -rf $(dir $@); .venv/bin/python -m venv $(dir $@); }
	@$(dir $@)bin/python $(PIP_INSTALL) --requirement $(REQUIREMENTS)/molecule.txt
	@touch $@

.PHONY: clean
clean: ## Remove what was made, but not the environments
	@rm -rf "$(OUT)" .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache/mypy .cache/docs .cache/lint .cache/mutants .cache/sanity/ansible_collections .ansible
	@find plugins tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean ## Remove the environments too
	@rm -rf .venv .cache

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
