# The only doors to the project, on a developer's machine and in CI alike.
PYTHON ?= python3
BIN := .venv/bin
.PHONY: demo test test-agents test-agents-newest test-prompts prompts-tools test-crash test-faults attack-tools check bench soak screenshots run tools lock clean

demo: .venv/ready
	@$(BIN)/crewtui demo

test: .venv/ready
	@$(BIN)/pytest -q -m "not crash and not agents" -n 2 --dist loadfile

test-crash: .venv/ready attack-tools
	@$(BIN)/pytest -q -m crash -rs

# Every point of what test-crash tries a few of: about ten minutes for each kind of fault.
test-faults: .venv/ready attack-tools
	@CREWTUI_FAULTS=all $(BIN)/pytest -q -m crash -rs tests/crash/test_faults.py tests/crash/test_cuts.py

# Real agent CLIs, pinned, installed into .agents/ and driven against a stand-in for the model.
test-agents: .venv/ready
	@$(BIN)/pytest -q -m agents -n 2 --dist loadgroup --keep-results -rfs tests/agents || { \
	  echo "what failed once more, alone: two at once and their load are much for a small machine"; \
	  $(BIN)/pytest -q -m agents --last-failed --keep-results -rfs tests/agents; }
	@$(BIN)/python -m tests.agents.report

# Real prompts and programs without an adapter; writes the README's table of them.
test-prompts: .venv/ready prompts-tools
	@$(BIN)/pytest -q -n 2 --dist loadfile --keep-prompts -rfs tests/prompts; status=$$?; \
	  $(BIN)/python -m tests.prompts.report; exit $$status

# The newest version of each: what breaks is said, version by version, and fails nothing.
test-agents-newest: .venv/ready
	-@CREWTUI_AGENTS=newest $(BIN)/pytest -q -m agents -n 2 --dist loadgroup --keep-results -rfs \
	  tests/agents/test_real_agents.py tests/agents/test_first_contact.py
	@$(BIN)/python -m tests.agents.report --newest

check: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/ready
	@$(BIN)/python -m tests.bench

# Ten minutes under load; make soak SOAK_S=180 for three. Its figures are kept in bench.json.
SOAK_S ?= 600
soak: .venv/ready
	@SOAK_S=$(SOAK_S) $(BIN)/python -m tests.bench soak

screenshots: .venv/ready
	@$(BIN)/python -m tests.support.screenshots

run: .venv/ready
	@$(BIN)/crewtui

# Installs again whenever the dependencies changed. -e: the four links of src/crewtui are live.
.venv/ready: pyproject.toml constraints.txt | tools
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
	  echo "cannot make .venv: on Debian run: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "crewtui needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e . --group dev
	@touch $@

# tmux 3.2 or newer and git: installed where that may be done, else the one command is said.
tools:
	@missing=""; \
	command -v tmux >/dev/null || missing="$$missing tmux"; \
	command -v git >/dev/null || missing="$$missing git"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq $$missing >/dev/null; \
	  elif command -v apt-get >/dev/null; then \
	    echo "missing:$$missing. Run: sudo apt-get install -y$$missing" >&2; exit 1; \
	  elif command -v brew >/dev/null; then \
	    echo "missing:$$missing. Run: brew install$$missing" >&2; exit 1; \
	  else echo "missing:$$missing. Install with your system's package manager." >&2; exit 1; fi; \
	fi; \
	tmux -V | awk '{ sub(/[^0-9.].*/, "", $$2); split($$2, v, "."); \
	  if (v[1] < 3 || (v[1] == 3 && v[2] < 2)) { \
	    print "tmux " $$2 " is too old: crewtui needs 3.2 or newer" > "/dev/stderr"; exit 1 } }'

# What attacks need: the second fence, and faults in system calls. Without them tests are skipped.
attack-tools:
	@missing=""; \
	command -v bwrap >/dev/null || missing="$$missing bubblewrap"; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $$missing; } </dev/null >/dev/null || \
	    echo "not installed:$$missing; some attacks are skipped" >&2; \
	else echo "some attacks are skipped. On Debian: apt-get install$$missing" >&2; fi

# What the table of prompts is played with; rows whose program is absent are skipped by name.
PROMPTS := bc dash dialog ed fish fzf gdb git ipython3 less man-db nano nodejs openssh-client \
  openssh-server openssl patch procps python3-click python3-prompt-toolkit sqlite3 sudo tcl \
  util-linux vim whiptail zsh
prompts-tools:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $(PROMPTS) </dev/null >/dev/null; \
	else echo "some rows of tests/prompts may be skipped. On Debian: apt-get install $(PROMPTS)" >&2; fi

# Pins for development, by name and version only.
lock: .venv/ready
	@$(BIN)/pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
