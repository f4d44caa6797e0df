# Each target works in a fresh clone: it makes .venv and installs what it needs.
#   make app    serves the page          make test   lints, checks types, runs every test
#   make lint   ruff, mypy, floors       make format tidies the code
#   make docs   builds the documentation into site/   make coverage   tests, and what they miss

PYTHON ?= python3
VENV   ?= .venv
PY     := $(VENV)/bin/python
# The newest torch whose small CPU-only wheel people keep at hand; TORCH=torch takes the newest.
TORCH  ?= torch==2.13.0

# A hash in the stamp's name, not times, tells whether the requirements changed: clones set times.
WANTED  := $(shell cat requirements.txt pyproject.toml | cksum | tr -d ' ')
APP     := $(VENV)/.app-$(WANTED)
DEV     := $(VENV)/.dev-$(WANTED)
DOCS    := $(VENV)/.docs-$(shell cksum < docs/requirements.txt | tr -d ' ')

.PHONY: app test coverage lint format docs chromium postgresql

app: $(APP)
	$(PY) app.py

test: lint chromium postgresql
	OMP_NUM_THREADS=1 $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

coverage: chromium postgresql
	OMP_NUM_THREADS=1 $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --cov

lint: $(DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(DEV)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# The variable silences an advertisement against mkdocs 2, which is not asked for.
docs: $(DOCS)
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict
	@echo "Open site/index.html, or: $(PYTHON) -m http.server -d site"

$(PY):
	$(PYTHON) -m venv $(VENV)

$(APP): | $(PY)
	$(PY) -m pip install --disable-pip-version-check -q "$(TORCH)" -e .
	rm -f $(VENV)/.app-*
	touch $@

$(DEV): | $(PY)
	$(PY) -m pip install --disable-pip-version-check -q "$(TORCH)" -e ".[dev]"
	rm -f $(VENV)/.app-* $(VENV)/.dev-*
	touch $(APP) $@

# Not the package itself, which would bring torch: the site is made from the source files alone.
$(DOCS): | $(PY)
	$(PY) -m pip install --disable-pip-version-check -q -r docs/requirements.txt
	rm -f $(VENV)/.docs-*
	touch $@

# The page tests drive a real browser: the system's Chromium, or Playwright's own.
chromium: $(DEV)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || { apt-get update -q && apt-get install -y -q chromium; } \
	  || $(PY) -m playwright install --with-deps chromium

# The survey's tests keep votes in a real PostgreSQL too, which they start on a loopback port.
postgresql:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  || { apt-get update -q && apt-get install -y -q postgresql; } \
	  || echo "There is no PostgreSQL and it cannot be installed: its tests are skipped."
