"""Stage 3, track: instances with identities that last over frames."""

from afil_core.registry import Registry
from afil_perception.track.quality import TrackEvent, TrackInspector
from afil_perception.track.tracker import Tracker

TRACKERS: Registry[Tracker] = Registry(
    "trackers",
    "tracker",
    {
        "auto": "afil_perception.track.auto:AutoTracker",
        "iou": "afil_perception.track.iou:IouTracker",
        "sam2": "afil_perception.track.sam2:Sam2Tracker",
        "sam2_package": "afil_perception.track.sam2_package:Sam2PackageTracker",
        "sam3": "afil_perception.track.sam3:Sam3Tracker",
    },
)

__all__ = ["TRACKERS", "TrackEvent", "TrackInspector", "Tracker"]
