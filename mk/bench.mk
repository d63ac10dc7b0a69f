# Slow studies; each prints a line per figure and writes benchmarks/results/<target>.jsonl.

.PHONY: bench bench-cue

bench: bench-cue ## Every benchmark

bench-cue: install ## bc and autofocus with three training seeds on the demo's demonstrations (about 20 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_cue --demos $(DEMO_DIR)/demos
