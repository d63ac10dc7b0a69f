# AFIL without ROS: `make demo` runs the whole loop in simulation, `make test` the tests.
# With ROS 2 sourced: `make ros` (see docs/ros.md), or plain colcon.

PYTHON ?= python3
VENV   := $(CURDIR)/.venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/stamps

# Order matters: what others need comes first.
PACKAGES := runtime/embedded_ros2 $(addprefix ros2_ws/src/,afil_core afil_sim afil_teleop afil_perception afil_policy)
# Message definitions alone: nothing to build where embedded_ros2 makes the classes.
INTERFACES := ros2_ws/src/afil_interfaces

# Where the authors' demonstrations lie; they are not part of this repository.
AUTHORS_DATA ?= ../shared/data/authors
DEMO_DIR ?= demo
# Processes of pytest, with a thread each.
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help install install-test demo test shorter lint unit test-runtime authors docs clean
.DELETE_ON_ERROR:

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

# Python 3.10 to 3.12: pip's own message would not say which interpreter is at fault.
$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' || \
	  { echo "error: AFIL needs Python 3.10 to 3.12, and $(PYTHON) is $$($(PYTHON) --version 2>&1); set PYTHON=python3.11" >&2; exit 1; }
	@echo "== making the virtual environment"
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "error: $(PYTHON) cannot make a virtual environment; install its venv module (Debian: python3-venv)" >&2; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/requirements: requirements.txt $(STAMPS)/venv
	@echo "== installing requirements.txt (PyTorch is the large one)"
	@# Not compiled: most of it is never imported, and the rest compiles itself then.
	@# Python 3.10 brings a pip that searches for these versions for minutes.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25' || \
	  { echo "error: pip could not update itself; its message above says why" >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt || \
	  { echo "error: pip could not install requirements.txt; its message above says which package" >&2; exit 1; }
	@touch $@

# A package's code is used in place; its data files (package.xml, launch, config, messages)
# are copied to the environment's share/, which makes the environment an ament prefix.
$(STAMPS)/packages: $(STAMPS)/requirements $(foreach p,$(PACKAGES),$(wildcard $(p)/hatch_build.py $(p)/setup.py $(p)/setup.cfg $(p)/pyproject.toml $(p)/package.xml $(p)/launch/* $(p)/config/* $(p)/share/*/*/*)) $(wildcard $(INTERFACES)/*/*)
	@echo "== installing the packages"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --use-pep517 \
	  $(addprefix -e ./,$(PACKAGES))
	@for package in $(filter ros2_ws/%,$(PACKAGES)); do \
	  (cd $$package && $(BIN)/python -W ignore setup.py --quiet install_data --install-dir=$(VENV)) || exit 1; \
	done
	@for package in $(INTERFACES); do \
	  share=$(VENV)/share; name=$$(basename $$package); \
	  rm -rf $$share/$$name && mkdir -p $$share/$$name $$share/ament_index/resource_index/packages && \
	  cp -r $$package/package.xml $$package/msg $$package/srv $$package/action $$share/$$name && \
	  touch $$share/ament_index/resource_index/packages/$$name || exit 1; \
	done
	@touch $@

install: $(STAMPS)/packages ## Set up .venv with everything (no ROS needed)

# Every optional group and what only tests use: `make demo` needs none of it.
$(STAMPS)/test-requirements: requirements-test.txt requirements-models.txt requirements-ray.txt $(STAMPS)/requirements $(STAMPS)/metaworld
	@echo "== installing requirements-test.txt"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -c requirements.txt -r requirements-test.txt || \
	  { echo "error: pip could not install requirements-test.txt; its message above says which package" >&2; exit 1; }
	@touch $@

install-test: install $(STAMPS)/test-requirements ## What `make install` does, and every optional group

# The environment's programs come first, so that `ros2` is ours unless a ROS 2 is sourced.
RUN := PATH=$(BIN):$$PATH

demo: install ## The whole loop in simulation: record, perceive, train, deploy, evaluate, report
	@$(RUN) ros2 launch launch/demo.launch.py output:=$(DEMO_DIR)

# The long part has the cores; what waits more than it computes runs beside it, and is printed at
# its end. All are run, whatever fails.
test: install-test ## Lint, type check and test everything
	@$(MAKE) --no-print-directory --jobs=2 --keep-going unit shorter

shorter: install-test
	@said=$$(mktemp); \
	  $(MAKE) --no-print-directory --jobs=1 --keep-going test-runtime test-wheels lint \
	  > $$said 2>&1; code=$$?; cat $$said; rm -f $$said; exit $$code

lint: install-test ## ruff and mypy
	@echo "== ruff"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "== mypy"
	@$(BIN)/mypy && cd runtime/embedded_ros2 && $(BIN)/mypy

unit: install-test ## The tests of the packages and of the whole
	@echo "== pytest"
	@# Files in their order: those with few but long tests come first.
	@$(RUN) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-runtime: install-test ## The tests of embedded_ros2
	@$(MAKE) --no-print-directory -C runtime/embedded_ros2 test PYTHON=$(BIN)/python

authors: install ## Compare our saliency maps with the authors' published ones
	@$(BIN)/python -m benchmarks.authors --data $(AUTHORS_DATA) \
	  --results benchmarks/results/authors.jsonl

docs: ## Copy the templates into docs/extending
	@python3 tools/docs.py

clean: ## Remove the environment and the demo's output
	rm -rf $(VENV) $(VENV)-rclpy $(DEMO_DIR) $(DRIVE_DIR)

include mk/*.mk
