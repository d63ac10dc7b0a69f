"""Stage 3, track: instances with identities that last over frames."""

from afil_core.registry import Registry
from afil_perception.track.quality import TrackEvent, TrackInspector
from afil_perception.track.tracker import Tracker

TRACKERS: Registry[Tracker] = Registry(
    "trackers", "tracker", {"iou": "afil_perception.track.iou:IouTracker"}
)

__all__ = ["TRACKERS", "TrackEvent", "TrackInspector", "Tracker"]
