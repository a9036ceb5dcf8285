# The same verbs that CI runs. Needs Python 3.11 or later and make; everything else goes into folders of this checkout.

.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
# A section of samconfig.toml. The layer is built for the processor that the stage's functions run on.
STAGE ?= staging
ARCHITECTURE = $(shell sed -n '/^\[$(STAGE)\.deploy/,/^$$/s/.*"Architecture=\(.*\)".*/\1/p' samconfig.toml)

VENV := .venv
SANDBOX_VENV := .sandbox/venv
SAM_VENV := .sandbox/sam
# SAM asks for a region before it looks at a template; nothing is sent anywhere by validate and build.
SAM := SAM_CLI_TELEMETRY=0 $(SAM_VENV)/bin/sam
OFFLINE := AWS_DEFAULT_REGION=eu-north-1 AWS_ACCESS_KEY_ID=offline AWS_SECRET_ACCESS_KEY=offline AWS_EC2_METADATA_DISABLED=true

.PHONY: help
help: ## Show the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.ready $(SANDBOX_VENV)/.ready ## Deploy to this machine, move two seeded companies; KEEP=1 leaves it running
	@$(VENV)/bin/python -m sandbox.demo $(if $(KEEP),--keep)

.PHONY: test
test: $(VENV)/.ready $(SANDBOX_VENV)/.ready $(SAM_VENV)/.ready ## Run every test, the deployed system included
	@$(VENV)/bin/pytest -q -rs -n 2 --dist loadfile $(ARGS)

.PHONY: lint
lint: $(VENV)/.ready ## Check style, types and the direction of dependencies
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

.PHONY: validate
validate: $(SAM_VENV)/.ready ## Check the template
	@$(OFFLINE) $(SAM) validate --lint

.PHONY: stage
stage:
	@test -n "$(ARCHITECTURE)" || { echo "samconfig.toml has no section [$(STAGE).deploy.parameters] with an Architecture"; exit 1; }

.PHONY: build
build: stage $(SAM_VENV)/.ready ## Build the layer for a stage into .aws-sam
	@$(OFFLINE) PYTHON=$(CURDIR)/$(SAM_VENV)/bin/python LAYER_ARCHITECTURE=$(ARCHITECTURE) $(SAM) build
	@cd .aws-sam/build/SharedLayer && $(PYTHON) -m zipfile -c ../../layer.zip python
	@echo "The layer for $(ARCHITECTURE) weighs $$(wc -c < .aws-sam/layer.zip) bytes zipped"

.PHONY: account
account: $(VENV)/.ready
	@$(VENV)/bin/python -c 'import boto3, sys; boto3.Session().get_credentials() or sys.exit("AWS credentials are missing: sign in (aws sso login) or set AWS_PROFILE")'

.PHONY: deploy
deploy: stage account build ## Deploy a stage to AWS: make deploy STAGE=production
	@$(SAM) deploy --config-env $(STAGE)

.PHONY: browser
browser: ## Install the browser that looks at the report (Debian, as root)
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium chromium-driver >/dev/null; }

.PHONY: bench
bench: $(VENV)/.ready $(SANDBOX_VENV)/.ready ## Measure calls and throughput against simulated vendors
	@$(VENV)/bin/python -m sandbox.bench

.PHONY: bench-registers
bench-registers: $(VENV)/.ready $(SANDBOX_VENV)/.ready ## Measure the load of 3,000 customers, 400 products, 1,500 projects
	@$(VENV)/bin/python -m sandbox.bench_registers

.PHONY: docs
docs: $(VENV)/.ready ## Write the pages that are made from the code
	@$(VENV)/bin/python -m severa_fortnox.alerts.page > docs/errors.md
	@$(VENV)/bin/python -m severa_fortnox.mapping.page > docs/field-mapping.md

.PHONY: venv
venv: $(VENV)/.ready $(SANDBOX_VENV)/.ready ## Make the environments that the other verbs use

.PHONY: lock
lock: ## Pin the newest versions that fit pyproject.toml and requirements/*.in
	@$(PYTHON) -m venv .sandbox/lock && .sandbox/lock/bin/pip -q install uv
	@$(LOCK) pyproject.toml -o shared/requirements.txt
	@$(LOCK) --extra operator --extra dev -c shared/requirements.txt pyproject.toml -o requirements/dev.txt
	@$(LOCK) requirements/sandbox.in -o requirements/sandbox.txt
	@$(LOCK) requirements/sam.in -o requirements/sam.txt

LOCK := .sandbox/lock/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

# The lists are complete, so nothing is resolved; bytecode is left to the first import, which most modules never see.
INSTALL := install -q --disable-pip-version-check --root-user-action=ignore --no-deps --no-compile

$(VENV)/.ready: requirements/dev.txt
	@echo "Installing the tools of this project into $(VENV) (about a minute, once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=")'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/pip $(INSTALL) --require-hashes -r requirements/dev.txt
	@$(VENV)/bin/pip $(INSTALL) --no-build-isolation -e .
	@touch $@

$(SANDBOX_VENV)/.ready: requirements/sandbox.txt
	@echo "Installing the AWS emulator into $(SANDBOX_VENV)"
	@$(PYTHON) -m venv --clear $(SANDBOX_VENV)
	@$(SANDBOX_VENV)/bin/pip $(INSTALL) --require-hashes -r requirements/sandbox.txt
	@touch $@

$(SAM_VENV)/.ready: requirements/sam.txt
	@echo "Installing AWS SAM into $(SAM_VENV)"
	@$(PYTHON) -m venv --clear $(SAM_VENV)
	@$(SAM_VENV)/bin/pip $(INSTALL) --require-hashes -r requirements/sam.txt
	@touch $@
