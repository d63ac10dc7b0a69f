# Slow studies; each prints a line per figure and writes benchmarks/results/<target>.jsonl.

.PHONY: bench bench-ros bench-cue soak-ros fuzz-ros

bench: bench-ros bench-cue ## Every benchmark

bench-ros: install ## Speed of the embedded ROS 2 beside the bare DDS wheel (about 5 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.ros.bench_ros

bench-cue: install ## bc and autofocus with three training seeds on the demo's demonstrations (about 20 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_cue --demos $(DEMO_DIR)/demos

soak-ros: install ## 10 nodes and 40 topics for 10 minutes, 50 nodes killed and restarted
	@$(RUN) $(BIN)/python -m benchmarks.ros.soak_ros

fuzz-ros: install ## 10,000 mutated payloads of every message type
	@$(RUN) $(BIN)/python -m benchmarks.ros.fuzz_ros
