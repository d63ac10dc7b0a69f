"""Alignment of streams into ticks at the control rate; one class live and offline."""

from afil_core.timeline.timeline import Problem, Tick, Timeline

__all__ = ["Problem", "Tick", "Timeline"]
