# Other people's worlds.

METAWORLD_DIR ?= demo-metaworld

.PHONY: demo-metaworld install-metaworld

# Meta-World asks for an older MuJoCo than ours, with which it works as well.
$(STAMPS)/metaworld: requirements-metaworld.txt $(STAMPS)/requirements
	@echo "== installing requirements-metaworld.txt"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-metaworld.txt || \
	  { echo "error: pip could not install requirements-metaworld.txt; its message above says which package" >&2; exit 1; }
	@touch $@

install-metaworld: install $(STAMPS)/metaworld ## What `make install` does, and Meta-World

demo-metaworld: install-metaworld ## The whole loop on Meta-World's drawer-open, clean and confounded (about 7 minutes of processor time)
	@$(RUN) ros2 launch launch/demo.launch.py output:=$(METAWORLD_DIR) robot:=gym \
	  env:=Meta-World/drawer-open-v3 env_options:='{distractors: 3}' recorded_cues:=none,intact \
	  episodes:=80 noise:=0.1 train_config:=launch/demo_metaworld_train.yaml
	@$(BIN)/python -m benchmarks.demo_figures demo-metaworld $(METAWORLD_DIR)
