# Each target makes its own environment when there is none; it needs Python 3.10 or newer, and git for the clone.

VENV := .venv
LOWEST := .venv-lowest

# The lowest ops we support, with its ops-scenario, and without the examples whose libraries ask for a newer one.
LOWEST_OPS := ops==2.23.0 ops-scenario==7.23.0
# And the lowest pytest.
LOWEST_PYTEST := pytest==8.0.0
LOWEST_EXAMPLES := --ignore-glob='examples/charms/ldap-*' --ignore-glob='examples/charms/data-*' --ignore=examples/charms/peer-cluster

# `make test ARGS='-k rotation -x'` passes arguments to pytest, and then runs in one process.
ARGS :=
PROCESSES = $(if $(ARGS),,$(shell $(<D)/bin/python -c 'import os; n = os.cpu_count() or 1; print(f"-n {min(n, 8)}" if n > 1 else "")'))

.PHONY: help demo test test-lowest published parity coverage mutation lint format docs docs-site bench clean

help:
	@echo 'make demo         print the life of a secret that two of the example charms share'
	@echo 'make test         run all tests'
	@echo 'make test-lowest  run them with the lowest supported ops and pytest'
	@echo 'make published    run the tests about Juju that ops publishes, those for a live controller included'
	@echo 'make parity       play all that was recorded from Juju, and print how far the model agrees'
	@echo 'make coverage     run them, and fail unless they run every line and branch of Juju'"'"'s rules'
	@echo 'make mutation     change the rules about secrets in every way, and count what the tests notice'
	@echo 'make lint         check formatting, lint, spelling, types and import directions'
	@echo 'make format       format the code, and fix what can be fixed'
	@echo 'make docs         write the generated pages of the reference'
	@echo 'make docs-site    build the documentation as a site in build/site, with search'
	@echo 'make bench        run the benchmarks'
	@echo 'make clean        remove environments and caches'

demo: $(VENV)/installed
	@$(VENV)/bin/python examples/demo.py

test: $(VENV)/installed
	$(VENV)/bin/python -m pytest -q $(PROCESSES) $(ARGS)

# Before ops 3.7, a timedelta becomes an expiry without a time zone.
test-lowest: $(LOWEST)/installed
	$(LOWEST)/bin/python -m pytest -q --charmsecrets-allow=naive-datetime $(LOWEST_EXAMPLES) $(PROCESSES) $(ARGS)

published: $(VENV)/installed
	$(VENV)/bin/python tests/published $(ARGS)

parity: $(VENV)/installed
	$(VENV)/bin/python -m tests.parity $(ARGS)

coverage: $(VENV)/installed
	$(VENV)/bin/coverage erase
	$(VENV)/bin/coverage run -m pytest -q $(PROCESSES) $(ARGS)
	$(VENV)/bin/coverage combine -q
	$(VENV)/bin/coverage report

mutation: $(VENV)/installed
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[mutation]'
	$(VENV)/bin/mutmut run
	$(VENV)/bin/mutmut results

lint: $(VENV)/installed
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/biome check .
	$(VENV)/bin/pyright --pythonpath $(VENV)/bin/python
	$(VENV)/bin/lint-imports --no-logo

format: $(VENV)/installed
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/biome check --write .

docs: $(VENV)/installed
	$(VENV)/bin/python docs/generate.py

# Reads nothing from the network: what it needs is installed once. All pages are built each time, because Sphinx forgets the index
# entries of the others, by which the search finds them.
docs-site: $(VENV)/docs-installed
	$(VENV)/bin/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going --doctree-dir build/doctrees docs build/site
	$(VENV)/bin/python -m pytest -q -p no:randomly -o python_files='site_*.py' tests/docs $(ARGS)
	@echo 'The site is in build/site/index.html'

# Without the plugin that keeps every line that a test logs, which would be measured, too.
bench: $(VENV)/installed
	$(VENV)/bin/python -m pytest -q -p no:randomly -p no:xdist -p no:logging -o python_files='bench_*.py' tests/benchmarks $(ARGS)

clean:
	rm -rf $(VENV) $(LOWEST) build docs/examples docs/reference/api mutants .benchmarks .coverage .hypothesis .import_linter_cache .published .pytest_cache .ruff_cache

$(VENV)/docs-installed: $(VENV)/installed
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	touch $@

$(VENV)/installed: REQUIREMENTS = -e '.[dev]'
$(LOWEST)/installed: REQUIREMENTS = -e '.[test]' $(LOWEST_OPS) $(LOWEST_PYTEST)

$(VENV)/installed $(LOWEST)/installed: pyproject.toml
	@set -e; \
	environment='$(@D)'; \
	if ! "$$environment/bin/python" -m pip --version >/dev/null 2>&1; then \
	    for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.10 python); do \
	        if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then break; fi; \
	        python=; \
	    done; \
	    if [ -z "$$python" ]; then \
	        echo 'No Python 3.10 or newer found. Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; \
	        exit 1; \
	    fi; \
	    echo "Making $$environment with $$("$$python" --version), once"; \
	    "$$python" -m venv --clear "$$environment"; \
	fi; \
	echo "Installing into $$environment"; \
	"$$environment/bin/python" -m pip install --quiet --disable-pip-version-check $(REQUIREMENTS); \
	touch $@
