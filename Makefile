# Everything a change must pass. `make check` is what .ci/run runs before the tests.
PY = .venv/bin/python
BIN = .venv/bin

.PHONY: install check format lint types contracts templates test bench

install:
	python3 -m venv .venv && $(BIN)/pip install -q -c constraints.txt -e '.[dev]'

check: lint types contracts templates test

format:
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint:
	$(BIN)/ruff format --check . && $(BIN)/ruff check .

types:
	$(BIN)/mypy

contracts:
	$(BIN)/lint-imports

templates:
	$(BIN)/djlint admin/templates --lint --quiet

test:
	$(BIN)/pytest

bench:
	$(PY) -m tests.bench
