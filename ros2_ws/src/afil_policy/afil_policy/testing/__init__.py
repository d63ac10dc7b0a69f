"""What test suites and benchmarks share: checkpoints of policies that nobody trained."""

from afil_policy.testing.checkpoints import write_untrained

__all__ = ["write_untrained"]
