"""Alignment of streams into ticks at the control rate; one class live and offline."""

from afil_core.timeline.timeline import Tick, Timeline

__all__ = ["Tick", "Timeline"]
