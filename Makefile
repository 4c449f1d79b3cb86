.DEFAULT_GOAL := help
BIN := .venv/bin
SYSTEM_PACKAGES := apache2-utils buildah bzip2 containerd debian-archive-keyring docker-registry docker.io fuse-overlayfs \
	golang-go libarchive-tools mmdebstrap openssl podman skopeo tar umoci xz-utils zstd

.PHONY: help setup demo test check format lock clean system fuzz

help: ## Show what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## Make .venv with everything that development needs
	@scripts/setup.sh

system: ## Install the system packages that the tests need
	@scripts/install-packages.sh $(SYSTEM_PACKAGES)

demo: setup ## Build a small image out of real packages and scan it
	@$(BIN)/python -m scripts.demo

test: setup system ## Run every test, with coverage of lines and branches
	$(BIN)/pytest -n auto --dist loadgroup --cov --cov-report=term --cov-report=xml:build/coverage.xml

fuzz: setup system ## Feed readers of hostile input with mutations for a minute
	$(BIN)/python -m tests.fuzz --seconds 60

check: setup ## Style, types and layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup ## Pin the dependencies anew, with hashes and without addresses
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --quiet -o requirements-dev.txt

clean: ## Remove what the other targets made
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
