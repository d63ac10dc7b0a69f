# The town for driving.

.PHONY: bench-drive-expert

bench-drive-expert: install ## Driving Score of the town's expert on every route, and of two bad drivers (about 4 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_drive_expert
