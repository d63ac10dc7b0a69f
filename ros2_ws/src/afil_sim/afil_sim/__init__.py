"""Simulated worlds that stand in for the arm and speak its topics."""

from afil_sim.running.registration import register_environments

register_environments()
