"""Evaluation: seeded episodes through the deployed policy node, and the report on them."""
