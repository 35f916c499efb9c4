# speechsubs: `make demo` shows it, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out
TARGETS := es ca

.PHONY: help demo test check bench wheel lock clean engine argos align fuzz

help:
	@echo "make demo    set up and make subtitles of media/courage.txt and .mp3 in $(OUT)/"
	@echo "make test    set up and run all tests, offline"
	@echo "make check   types, style, architecture, dead code, licenses, figures"
	@echo "make bench   all benchmarks that can run here, recorded; SHORT=1: seconds, not recorded"
	@echo "make fuzz    mutated inputs for every reader (READER, RUNS, SEED)"
	@echo "make wheel   build the wheel and try it in empty environments"
	@echo "make lock    renew requirements/*.txt (needs the network)"

# The stamp files hold the set-up back from running twice. Dependencies come from the
# lock by plain pip; --no-deps because the lock is whole.
$(VENV)/.core: requirements/core.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "speechsubs needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/core.txt -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Argos Translate's own code, without the gigabytes that it declares and speechsubs never runs.
$(VENV)/.argos: requirements/argos.txt $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/argos.txt
	@touch $@

argos: $(VENV)/.argos

# Recordings: decoding, voice detection, alignment (espeak-ng in it is GPL-3).
$(VENV)/.align: requirements/align.txt $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/align.txt
	@touch $@

align: $(VENV)/.align

# Dask, for --cluster and --scheduler.
$(VENV)/.cluster: requirements/cluster.txt $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/cluster.txt
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.argos $(VENV)/.align $(VENV)/.cluster
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/test.txt
	@touch $@

# One offline engine must be there: an installed Argos model, or Apertium.
engine: $(VENV)/.core
	@sh scripts/ensure-engine.sh $(BIN)/python $(TARGETS)

demo: engine argos align
	@mkdir -p $(OUT)
	@$(BIN)/speechsubs subtitle media/courage.txt --audio media/courage.mp3 $(foreach t,$(TARGETS),--to $(t)) \
	  --glossary glossary.yml -o $(OUT) --report $(OUT)/courage.report.json \
	  || test $$? -eq 3
	@echo
	@for t in en $(TARGETS); do echo "== $(OUT)/courage.$$t.srt"; head -n 15 $(OUT)/courage.$$t.srt; done

# In parallel and in random order; `make test ARGS="-k glossary -n 0"` narrows it down.
test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/python docs/licences.py --check
	$(BIN)/python docs/figures.py --check

bench: $(VENV)/.test
	$(BIN)/python benchmarks/run_all.py $(if $(SHORT),--short,--record) $(ARGS)

# Mutated inputs for every reader, or for some: make fuzz READER="srt vtt" RUNS=100000 SEED=1
fuzz: $(VENV)/.test
	$(BIN)/python tests/fuzz/run.py $(READER) --runs $(or $(RUNS),100000) --seed $(or $(SEED),1)

wheel: $(VENV)/.test
	rm -rf dist
	$(BIN)/python -m build --no-isolation --wheel --outdir dist . >/dev/null
	$(BIN)/python scripts/check_wheel.py dist/*.whl

lock:
	for part in core argos build align cluster evaluate test; do \
	  uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	    --override requirements/overrides.txt --python-version 3.11 \
	    --custom-compile-command "make lock" -o requirements/$$part.txt requirements/$$part.in || exit 1; \
	done

clean:
	rm -rf $(VENV) $(OUT) dist build
