# Everything sets itself up: a virtual environment in .venv with the tested versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_OPTIONS := --quiet --disable-pip-version-check -c constraints.txt
VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"$$/\1/p' dms/__init__.py)
WHEEL := dist/dms-$(VERSION)-py3-none-any.whl
PACKAGING := build/packaging-tools
BUILDER := $(shell command -v podman || command -v buildah)
QUADLET := /usr/libexec/podman/quadlet
BASE_IMAGE ?= docker.io/library/debian:bookworm-slim

# Some images set it to stay small; each program that the tests start would compile dms anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench wheel deb test-systemd test-quadlet image lint-packaging locked sbom audit clean

demo: $(VENV)/installed
	$(BIN)/python tools/demo.py

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n 3 --dist worksteal --durations=10

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.dependencies

bench: $(VENV)/installed
	$(BIN)/dms bench

wheel: $(VENV)/installed
	rm -f dist/dms-*.whl
	$(BIN)/python -m pip wheel $(PIP_OPTIONS) --no-deps -w dist .

# The Debian package; docs/installing.md says what it needs.
deb:
	packaging/deb/build

# The Debian package in a real systemd. Says so where it cannot run.
test-systemd: deb
	$(PYTHON) -m tools.booted dist/dms_$(VERSION)_*.deb

# The Quadlet file in the podman of a newer Debian. Says so where it cannot run.
test-quadlet:
	$(PYTHON) -m tools.booted.quadlet

image: wheel
	@test -n "$(BUILDER)" || { echo "not built: neither podman nor buildah is installed"; exit 1; }
	$(BUILDER) build $(IMAGE_OPTIONS) --format docker --build-arg BASE=$(BASE_IMAGE) --tag dms --file packaging/container/Containerfile .

# DL3008 asks for versions of Debian's packages, which would be gone with its next security update. This lintian knows no zstd.
lint-packaging: $(PACKAGING)/installed
	$(PACKAGING)/bin/hadolint --ignore DL3008 packaging/container/Containerfile
	@if test -x "$(QUADLET)"; then QUADLET_UNIT_DIRS=$(CURDIR)/packaging/container $(QUADLET) --dryrun >/dev/null; \
	else echo "dms.container is not checked: no $(QUADLET) (podman 4.4) here"; fi
	@if command -v lintian >/dev/null && test -f dist/dms_$(VERSION)_*.deb; then \
	lintian --tag-display-limit 0 --suppress-tags malformed-deb-archive dist/dms_$(VERSION)_*.deb; \
	else echo "the Debian package is not checked: no lintian, or no package (make deb)"; fi

# Every package that the Debian package and the image bring along, those of optional parts that cost a few MB among them.
BROUGHT_ALONG := --extra mqtt --extra prometheus --extra can --extra serve
locked: $(PACKAGING)/installed
	$(PACKAGING)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		$(BROUGHT_ALONG) --constraint constraints.txt --output-file build/locked.txt pyproject.toml
	{ sed '/^[^#]/,$$d' packaging/locked.txt; cat build/locked.txt; } > build/locked.new
	mv build/locked.new packaging/locked.txt

# Of the packages as they are installed, because only these know their licences and who needs whom.
sbom: $(PACKAGING)/installed wheel
	rm -rf build/sbom
	$(PYTHON) -m venv --without-pip build/sbom
	$(BIN)/python -m pip --python build/sbom/bin/python install --quiet --only-binary :all: --require-hashes -r packaging/locked.txt
	$(BIN)/python -m pip --python build/sbom/bin/python install --quiet --no-deps --no-index $(WHEEL)
	$(PACKAGING)/bin/cyclonedx-py environment build/sbom/bin/python --pyproject pyproject.toml --mc-type application \
		--gather-license-texts --output-reproducible --output-file dist/dms-$(VERSION).cdx.json

audit: $(PACKAGING)/installed
	$(PYTHON) -m tools.audit $(PACKAGING)/bin/pip-audit packaging/locked.txt

# What the service, the demo and the benchmark need; what develops and tests dms also needs PyTorch, the renderer and more.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_OPTIONS) -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install $(PIP_OPTIONS) -e '.[dev]'
	touch $@

# What looks after packages is no part of dms.
$(PACKAGING)/installed: packaging/tools.txt
	$(PYTHON) -m venv $(PACKAGING)
	$(PACKAGING)/bin/python -m pip install --quiet --disable-pip-version-check -r packaging/tools.txt
	touch $@

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
