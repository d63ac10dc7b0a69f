# Slow studies; each prints a line per figure and writes benchmarks/results/<target>.jsonl.

.PHONY: bench bench-cue bench-gpu bench-methods bench-perceive bench-read bench-train

bench: bench-cue bench-perceive bench-read bench-train ## Every benchmark

bench-cue: install ## bc and autofocus with three training seeds on the demo's demonstrations (about 20 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_cue --demos $(DEMO_DIR)/demos

bench-read: install ## CPU and memory of bag to steps beside a bare rosbags read (about 2 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_read --dataset $(DEMO_DIR)/demos

bench-methods: install ## Every method once on the demo's demonstrations, cue intact and broken (about an hour; JOBS=8 at once; goes on where it stopped)
	@$(RUN) $(BIN)/python -m benchmarks.bench_methods --demos $(DEMO_DIR)/demos $(if $(JOBS),--jobs $(JOBS))

bench-perceive: install ## Identities on real detections and in simulation, fidelity, speed and memory of perception (about 5 minutes)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.bench_perceive --data $(AUTHORS_DATA)

bench-train: install ## Cost of data, loader and each method beside bc (about 4 minutes); LEROBOT=python of its environment
	@$(RUN) $(BIN)/python -m benchmarks.bench_train $(if $(LEROBOT),--lerobot $(LEROBOT))

bench-gpu: install-test ## On a GPU: how busy training keeps it, bf16, compile, SAM 2.1 tiny (about 4 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.bench_gpu
