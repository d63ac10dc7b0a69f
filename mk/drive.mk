# The town for driving.

.PHONY: bench-drive-expert bench-sim

bench-drive-expert: install ## Driving Score of the town's expert on every route, and of two bad drivers (about 4 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_drive_expert

bench-sim: install ## Frames per second of the simulated worlds beside bare panda3d, on one core (about 1 minute)
	@$(RUN) $(BIN)/python -m benchmarks.bench_sim
