# The town for driving.

.PHONY: demo-drive bench-drive-expert bench-sim

DRIVE_DIR ?= demo-drive
# Smaller numbers for a look: make demo-drive DRIVE="episodes:=4 epochs:=1 eval_episodes:=2"
DRIVE ?=

demo-drive: install ## The whole loop in the town, original and confounded, seen and unseen routes (7 GB, 40 minutes to an hour on two cores)
	@$(RUN) ros2 launch launch/demo.launch.py output:=$(DRIVE_DIR) robot:=carla \
	  recorded_cues:=none,intact cues:=previous test_tasks:=drive,drive_unseen episodes:=20 noise:=0.1 \
	  saliency:=oracle methods:=bc,autofocus,swap train_config:=launch/demo_drive_train.yaml eval_episodes:=10 videos:=1 $(DRIVE)
	@$(if $(DRIVE),echo 'figures are kept of the whole demo alone',$(BIN)/python -m benchmarks.demo_figures demo-drive $(DRIVE_DIR) && $(BIN)/python -m benchmarks.demo_drive_icons $(DRIVE_DIR))

bench-drive-expert: install ## Driving Score of the town's expert on every route, and of two bad drivers (about 4 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_drive_expert

bench-sim: install ## Frames per second of the simulated worlds beside bare panda3d, on one core, and in lock-step through topics (a minute of processor time, several where others have it)
	@$(RUN) $(BIN)/python -m benchmarks.bench_sim
