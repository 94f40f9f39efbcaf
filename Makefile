# `make help` lists the targets; CI calls the same ones.

PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/

.PHONY: help install check test test-real test-pyodide wheel-test tools-test data check-rows rules readme bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml
	test -x $(RUN)python || $(PYTHON) -m venv $(VENV)
	$(RUN)python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

install: $(VENV)/.installed ## make .venv with the project and its development tools

check: install ## lint, format check, types, plain English, and whether generated pages are current
	$(RUN)ruff check
	$(RUN)ruff format --check
	$(RUN)mypy
	$(RUN)python tools/update_rules_page.py --check
	$(RUN)python tools/check_english.py

test: install ## all tests but those that need the built wheel, the real index or other tools
	$(RUN)pytest -n auto -m "not wheel and not real_index and not tools and not real_pyodide"

test-real: install ## the few tests that ask the real index; they skip where it is down
	$(RUN)pytest -m "real_index and not real_pyodide"

test-pyodide: install ## the proof: packages imported in a real Pyodide under Node, which npm installs for the tests
	$(RUN)pytest -m real_pyodide

wheel-test: install ## build the wheel, install it into an empty environment, and run it
	$(RUN)pytest -m wheel

tools-test: install ## pre-commit, check-jsonschema, zizmor and Chromium on what is delivered for them
	$(RUN)pytest -n auto -m tools

data: install ## regenerate every machine-made table in data/, or none (needs npm, node and the CPythons they name)
	$(RUN)python tools/update_data.py

check-rows: install ## list the rows of data/incompatible.toml whose packages have a build by now
	$(RUN)python tools/check_rows.py

rules: install ## rewrite docs/rules.md
	$(RUN)python tools/update_rules_page.py

readme: install ## rewrite the output that README.md shows, from the real index
	$(RUN)python tools/update_readme.py

bench: install ## measure scans beside uv, pip, curl and a bare fetch, and write docs/performance.md
	$(RUN)python tools/bench.py --write

clean: ## remove what building and testing leave behind
	rm -rf $(VENV) build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
