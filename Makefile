# Two commands are all a newcomer needs: `make run` and `make test`. Both prepare .venv/ first; a second call is fast.
PY := .venv/bin/python

.PHONY: run test setup lint format clean

run: setup
	@sh scripts/run.sh

test: setup
	@$(PY) -m pytest

setup:
	@sh scripts/setup.sh

lint: setup
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: setup
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

clean:
	rm -rf .venv build dist out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
