"""A detector says where, a video segmenter follows: what the trackers with SAM 2 share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence

from pydantic import Field

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip, Frame
from afil_perception.describe.describer import Phrase
from afil_perception.detect.detector import Detection, Detector
from afil_perception.pretrained import INCIDENTAL, ModelConfig
from afil_perception.pretrained.local import weights_identity
from afil_perception.track.instances import Instances
from afil_perception.track.segmenter import VideoSegmenter
from afil_perception.track.tracker import Tracker


class PromptedConfig(ModelConfig):
    """Options of trackers that prompt a segmenter with detections.

    Attributes:
        window: Frames in memory at once; the last of a window is the first of the next, where
            the masks of one are the prompts of the other.
        detect_every: Frames from one look of the detector to the next.
        match_iou: A detection is an instance that overlaps at least so much with its box.
        agree_iou: One that overlaps less than this corrects the mask.
        max_gap_frames: Frames after which a lost instance is forgotten.
        min_score: Least certainty of the segmenter that an object is there.
    """

    window: int = Field(32, ge=2)
    detect_every: int = Field(8, ge=1)
    match_iou: float = Field(0.2, gt=0.0, le=1.0)
    agree_iou: float = Field(0.4, ge=0.0, le=1.0)
    max_gap_frames: int = Field(60, ge=0)
    min_score: float = Field(0.5, ge=0.0, le=1.0)


class PromptedTracker(Tracker):
    """Follows detections by their masks.

    The detector looks at every ``detect_every``-th frame. When it sees what the masks do not (an
    object that is new, was lost, or whose mask has gone astray), segmentation starts anew from
    that frame with what both know.

    Args:
        config: Weights, window and how often to look.
    """

    incidental = INCIDENTAL

    def __init__(self, config: PromptedConfig) -> None:
        self._config = config
        self.content = weights_identity(config.model)

    @property
    @abstractmethod
    def segmenter(self) -> VideoSegmenter:
        """Who follows; loaded when it is first asked for."""

    def track(
        self, clip: Clip, phrases: Sequence[Phrase], detector: Detector
    ) -> Iterator[list[KeyObject]]:
        """Follow the phrases; the objects of a frame come by number."""
        config = self._config
        instances = Instances(
            config.match_iou, config.agree_iou, config.max_gap_frames, config.min_score
        )
        passed, begun = 0, False  # frames in windows before
        due = 0  # frame that the detector looks at next
        for window in clip.windows(config.window, overlap=1):
            # Windows of a live clip are shorter than the time between two looks.
            first = max(due - passed, 0) if clip.live else 0
            looks = range(first, len(window), config.detect_every)
            due = passed + looks[-1] + config.detect_every if looks else due
            answers = self._window(window, passed, looks, instances, phrases, detector)
            for index, objects in enumerate(answers):
                if index or not begun:
                    yield objects
            passed, begun = passed + len(window) - 1, True

    def _window(
        self,
        window: Sequence[Frame],
        passed: int,
        looks: range,
        instances: Instances,
        phrases: Sequence[Phrase],
        detector: Detector,
    ) -> Iterator[list[KeyObject]]:
        """The objects of each frame of a window."""
        images = [frame.rgb for frame in window]
        seen = detector.detect([images[k] for k in looks], phrases)
        found: dict[int, list[Detection]] = dict(zip(looks, seen, strict=True))
        start = 0
        while start < len(window):
            prompts = instances.prompts(passed + start, found.get(start, ()))
            if not prompts:
                instances.update(passed + start, ())
                yield []
                start += 1
                continue
            stop = len(window)
            for index, segments in enumerate(
                self.segmenter.segment(images[start:], prompts), start=start
            ):
                instances.update(passed + index, segments)
                if index > start and index in found and instances.surprised(found[index]):
                    stop = index
                    break
                yield instances.objects()
            start = stop
