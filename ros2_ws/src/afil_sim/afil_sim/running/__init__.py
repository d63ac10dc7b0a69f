"""How a task is run: over a robot's topics, or behind Gymnasium."""
