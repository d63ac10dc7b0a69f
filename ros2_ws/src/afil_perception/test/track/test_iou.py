import numpy as np

from afil_perception.describe import Phrase
from afil_perception.detect import Detection, Detector
from afil_perception.track import TRACKERS


def at(x: float, phrase: str = "carrot", y: float = 0.0) -> Detection:
    return Detection(phrase, 0.9, (x, y, x + 20, y + 20))


class Scripted(Detector):
    """Finds what a script says; remembers the sizes of its batches."""

    def __init__(self, script: list[list[Detection]]) -> None:
        self.script = list(script)
        self.batches: list[int] = []

    def detect(self, images, phrases) -> list[list[Detection]]:
        self.batches.append(len(images))
        return [self.script.pop(0) for _ in images]


CARROT = [Phrase(text="carrot", role="target")]
IMAGE = np.zeros((4, 4, 3), np.uint8)


def test_the_tracker_pulls_detections_in_batches_and_answers_each_readable_frame(clip_of) -> None:
    clip = clip_of([IMAGE, IMAGE, None, IMAGE, IMAGE, IMAGE])
    detector = Scripted([[at(5.0 * k)] for k in range(5)])
    tracker = TRACKERS.select("iou", batch=2).build()
    tracked = list(tracker.track(clip, CARROT, detector))
    assert [[o.id for o in objects] for objects in tracked] == [[1]] * 5
    assert detector.batches == [2, 2, 1]


def test_a_tracker_begins_each_clip_anew(clip_of) -> None:
    tracker = TRACKERS.select("iou").build()
    for _ in range(2):
        (objects,) = tracker.track(clip_of([IMAGE]), CARROT, Scripted([[at(0)]]))
        assert [o.id for o in objects] == [1]


def test_a_tracker_can_look_for_what_its_detector_can() -> None:
    class Choosy(Scripted):
        def problems(self, phrases) -> dict[str, str]:
            return {p.text: "no" for p in phrases}

    assert TRACKERS.select("iou").build().problems(CARROT, Choosy([])) == {"carrot": "no"}


def tracked(clip, script, **options) -> list[list[tuple[int, float]]]:
    tracker = TRACKERS.select("iou", **options).build()
    return [
        [(o.id, o.box[0]) for o in objects]
        for objects in tracker.track(clip, CARROT, Scripted(script))
    ]


def test_a_miss_between_two_sightings_is_filled(clip_of) -> None:
    clip = clip_of([IMAGE] * 5)
    script = [[at(0)], [at(4)], [], [], [at(16)]]
    filled = [[(1, 0.0)], [(1, 4.0)], [(1, 8.0)], [(1, 12.0)], [(1, 16.0)]]
    assert tracked(clip, script) == filled
    gaps = [[(1, 0.0)], [(1, 4.0)], [], [], [(1, 16.0)]]
    assert tracked(clip, script, fill_gaps=False) == gaps


def test_live_frames_are_answered_at_once(clip_of) -> None:
    clip = clip_of([IMAGE] * 3)
    clip.live = True
    answers = (
        TRACKERS.select("iou", batch=1)
        .build()
        .track(clip, CARROT, Scripted([[at(0)], [], [at(2)]]))
    )
    assert [o.id for o in next(answers)] == [1] and clip.reads == 1
    assert next(answers) == [] and clip.reads == 2
