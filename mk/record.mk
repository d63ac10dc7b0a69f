# What recording costs, and what it does when things go wrong. Included by the Makefile.

.PHONY: bench-record test-record-faults

BENCH_RECORD ?=

bench-record: install ## CPU, losses and memory of recording beside a bare loop (18 minutes; BENCH_RECORD="--minutes 1" for less)
	@$(RUN) $(BIN)/python -m benchmarks.bench_record $(BENCH_RECORD)

test-record-faults: install ## What is kept and said when recording goes wrong: kills, full disk, drivers' faults (about 5 minutes)
	@$(RUN) $(BIN)/python -m benchmarks.record_faults
