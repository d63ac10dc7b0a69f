"""Scripted experts: what to do next, from the simulated state."""
