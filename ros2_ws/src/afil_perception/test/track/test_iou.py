import numpy as np

from afil_perception.objects import Detection
from afil_perception.pipeline.config import IouTrackerConfig
from afil_perception.track.iou import IouTracker

IMAGE = np.zeros((4, 4, 3), np.uint8)


def at(x: float, label: str = "carrot", y: float = 0.0) -> Detection:
    return Detection(label, (x, y, x + 20, y + 20), 0.9)


def ids(tracker: IouTracker, *detections: Detection) -> list[int]:
    return [o.track_id for o in tracker.update(IMAGE, detections)]


def test_an_object_keeps_its_identity_while_it_moves() -> None:
    tracker = IouTracker(IouTrackerConfig())
    assert [ids(tracker, at(5.0 * k)) for k in range(6)] == [[1]] * 6


def test_two_objects_keep_their_identities_in_any_order() -> None:
    tracker = IouTracker(IouTrackerConfig())
    assert ids(tracker, at(0), at(100)) == [1, 2]
    assert ids(tracker, at(103), at(3)) == [2, 1]


def test_an_identity_survives_misses_up_to_the_gap() -> None:
    tracker = IouTracker(IouTrackerConfig(max_gap_frames=3))
    assert ids(tracker, at(0)) == [1]
    for _ in range(3):
        assert ids(tracker) == []
    assert ids(tracker, at(2)) == [1]


def test_after_a_longer_gap_the_object_is_a_new_one() -> None:
    tracker = IouTracker(IouTrackerConfig(max_gap_frames=3))
    assert ids(tracker, at(0)) == [1]
    for _ in range(4):
        ids(tracker)
    assert ids(tracker, at(2)) == [2]


def test_an_object_of_another_label_is_another_object() -> None:
    tracker = IouTracker(IouTrackerConfig())
    assert ids(tracker, at(0, "carrot")) == [1]
    assert ids(tracker, at(0, "tomato")) == [2]


def test_the_best_overlap_wins_when_two_boxes_claim_a_track() -> None:
    tracker = IouTracker(IouTrackerConfig())
    assert ids(tracker, at(0)) == [1]
    assert ids(tracker, at(8), at(1)) == [2, 1]
