import numpy as np
import pytest

from afil_core.saliency import Rle
from afil_perception.describe import Phrase
from afil_perception.detect import Detection, Detector
from afil_perception.track import TRACKERS
from afil_perception.track.iou import Association


def at(x: float, phrase: str = "carrot", y: float = 0.0) -> Detection:
    return Detection(phrase, 0.9, (x, y, x + 20, y + 20))


@pytest.fixture
def association() -> Association:
    return Association(min_iou=0.2, max_gap=3)


def ids(association: Association, *detections: Detection) -> list[int]:
    return [o.id for o in association.update(detections)]


def test_an_object_keeps_its_identity_while_it_moves(association) -> None:
    assert [ids(association, at(5.0 * k)) for k in range(6)] == [[1]] * 6


def test_two_objects_keep_their_identities_in_any_order(association) -> None:
    assert ids(association, at(0), at(100)) == [1, 2]
    assert ids(association, at(103), at(3)) == [2, 1]


def test_an_identity_survives_misses_up_to_the_gap(association) -> None:
    assert ids(association, at(0)) == [1]
    for _ in range(3):
        assert ids(association) == []
    assert ids(association, at(2)) == [1]


def test_after_a_longer_gap_the_object_is_a_new_one(association) -> None:
    assert ids(association, at(0)) == [1]
    for _ in range(4):
        ids(association)
    assert ids(association, at(2)) == [2]


def test_an_object_of_another_phrase_is_another_object(association) -> None:
    assert ids(association, at(0, "carrot")) == [1]
    assert ids(association, at(0, "tomato")) == [2]


def test_the_best_overlap_wins_when_two_boxes_claim_a_track(association) -> None:
    assert ids(association, at(0)) == [1]
    assert ids(association, at(8), at(1)) == [2, 1]


def test_two_objects_that_move_together_both_keep_their_identities(association) -> None:
    # The second now lies where the first was: taking the best overlap first would swap it.
    assert ids(association, at(20), at(0)) == [1, 2]
    assert ids(association, at(31), at(11)) == [1, 2]


def test_of_two_tracks_at_one_place_the_one_seen_last_goes_on(association) -> None:
    assert ids(association, at(0), at(2)) == [1, 2]
    assert ids(association, at(1)) in ([1], [2])
    (last,) = ids(association, at(1))
    assert ids(association, at(1)) == [last]


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


def test_what_the_detector_knows_of_the_pixels_is_kept(association) -> None:
    mask = Rle.of(np.eye(4, dtype=bool))
    (item,) = association.update([Detection("carrot", 0.5, (0.0, 0.0, 4.0, 4.0), mask)])
    assert item.mask == mask


def test_a_tracker_can_look_for_what_its_detector_can() -> None:
    class Choosy(Scripted):
        def problems(self, phrases) -> dict[str, str]:
            return {p.text: "no" for p in phrases}

    assert TRACKERS.select("iou").build().problems(CARROT, Choosy([])) == {"carrot": "no"}
