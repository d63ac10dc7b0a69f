"""Actions: pose arithmetic, and the demonstrator's action read from command topics."""

from afil_core.actions.demonstrated import DemonstratedActions
from afil_core.actions.pose import apply_delta, clip_delta, delta_between

__all__ = ["DemonstratedActions", "apply_delta", "clip_delta", "delta_between"]
