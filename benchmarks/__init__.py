"""Commands that measure what the README claims; see mk/bench.mk."""
