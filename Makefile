# What a newcomer types: `make serve` plays, `make test` shows that it works.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Arguments for the command behind a target: make serve ARGS="--port 9000"
ARGS ?=

.PHONY: serve test check chaos bench rng native fmt lock clean

serve: native
	$(BIN)/croupier serve $(ARGS)

# A file of tests is one process's. There are more of them than processors, because most of the time a test waits, for
# engines to start and for players to play.
test: .venv/.installed-dev
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target check native
	$(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/croupier docs --check

# Everything that can happen to a cluster's processes, and between them: takes long, and is no part of the tests. As
# root with iproute2 the network is cut too.
chaos: native .venv/.installed-dev
	$(BIN)/python -m pytest tests/chaos/faults.py $(ARGS)

bench: native
	$(BIN)/croupier bench $(ARGS)

# What every game draws, and the stream it is drawn from, put to statistical tests. The latter need dieharder.
rng: .venv/.installed
	$(BIN)/python -m server.rng $(ARGS)

# The hot modules as machine code. Without a C compiler it says so, and everything runs from the sources.
native: .venv/.installed-compile
	$(BIN)/python -m server.native

fmt: .venv/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Run it with a Python 3.11.0 to 3.11.2, make clean lock PYTHON=…: what only these need is then pinned as well.
lock: COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options
lock: .venv/.installed-dev
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(ARGS) --output-file=requirements.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(ARGS) --extra=dev \
		--constraint=requirements.txt --output-file=requirements-dev.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(ARGS) --extra=compile \
		--constraint=requirements-dev.txt --output-file=requirements-compile.txt pyproject.toml

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Croupier needs Python 3.11 or newer; name one: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --quiet --require-hashes -r requirements.txt
	$(PIP) install --quiet --no-deps -e .
	touch $@

.venv/.installed-compile: requirements-compile.txt .venv/.installed
	$(PIP) install --quiet --require-hashes -r requirements-compile.txt
	touch $@

# After the compiler: two would not install into one environment at the same time.
.venv/.installed-dev: requirements-dev.txt .venv/.installed-compile
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	touch $@
