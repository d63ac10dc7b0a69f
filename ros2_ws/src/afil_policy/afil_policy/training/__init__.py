"""One training loop, its checkpoints and its resume states."""
