# Every target sets up what it needs: `make demo` and `make test` work on a fresh clone.
#
#   make demo PYTHON=python3.12         another interpreter
#   make demo DEMO_SECONDS=20 SEED=3    a shorter drive in another world
#   make venv TORCH_INDEX=              torch from PyPI itself (on Linux: the CUDA build, gigabytes)

PYTHON ?= python3
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
DEMO_SECONDS ?= 60
SEED ?= 0
EPISODES ?= 100
POLICY ?= models/beacon

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --no-compile -c constraints.txt
EXTRAS := ros,sim,train,ray,dev

# Tests that have a clock to keep mostly wait, one after the other; the others, with a thread of
# torch each, have what these leave of the machine.
REAL_TIME := test/launch test/nodes test/sim/ros \
	$(addprefix test/benchmarks/,test_faults.py test_kills.py test_node_latency.py)

# The ROS wheels set LD_LIBRARY_PATH once and leave this mark. Inherited from another environment's
# Python, it would keep ours from setting its own.
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE

# pip compiles nothing, so every process would compile torch anew where this forbids to keep it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-real-time test-shared lint format types train evaluate venv clean

demo: venv
	$(BIN)/liquid_control demo --seconds $(DEMO_SECONDS) --seed $(SEED) --policy $(POLICY)

test: venv
	@echo 'Two sets of tests run side by side, for up to ten minutes; each is shown when it is done.'
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going test-real-time test-shared

test-real-time: venv
	$(BIN)/python -m pytest $(PYTEST_FLAGS) $(REAL_TIME)

test-shared: venv
	OMP_NUM_THREADS=1 nice -n 19 $(BIN)/python -m pytest $(PYTEST_FLAGS) -n 2 --dist worksteal $(addprefix --ignore=,$(REAL_TIME))

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: venv
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# mypy does not follow an editable install that maps sim/ to liquid_control_sim; a link does.
types: venv
	mkdir -p $(VENV)/types
	ln -sfn ../../sim $(VENV)/types/liquid_control_sim
	MYPYPATH=$(VENV)/types $(BIN)/mypy

train: venv
	$(BIN)/liquid_control train --config config/train/beacon.yaml

evaluate: venv
	mkdir -p runs
	$(BIN)/liquid_control evaluate --policy $(POLICY) --episodes $(EPISODES) --seed $(SEED) --json runs/evaluate.json

venv: $(READY)

# torch first and alone: only its own index is asked for the CPU build.
$(READY): setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --retries 1 --no-deps $(addprefix --extra-index-url ,$(TORCH_INDEX)) torch
	$(PIP) -e '.[$(EXTRAS)]'
	touch $@

clean:
	rm -rf $(VENV) build install log runs
	find liquid_control sim -name __pycache__ -prune -exec rm -rf {} +
