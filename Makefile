# Everything sets itself up: a virtual environment in .venv with the tested versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_OPTIONS := --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test lint bench wheel clean

demo: $(VENV)/installed
	$(BIN)/python tools/demo.py

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations=10

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.dependencies

bench: $(VENV)/installed
	$(BIN)/dms bench

wheel: $(VENV)/installed-dev
	$(BIN)/python -m pip wheel $(PIP_OPTIONS) --no-deps -w dist .

# What the service, the demo and the benchmark need; what develops and tests dms also needs PyTorch, the renderer and more.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_OPTIONS) -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install $(PIP_OPTIONS) -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
