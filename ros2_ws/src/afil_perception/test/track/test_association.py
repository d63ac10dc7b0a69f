import numpy as np
import pytest

from afil_core.saliency import Rle
from afil_perception.detect import Detection
from afil_perception.track.association import Association


def at(x: float, phrase: str = "carrot", y: float = 0.0) -> Detection:
    return Detection(phrase, 0.9, (x, y, x + 20, y + 20))


@pytest.fixture
def association() -> Association:
    return Association(min_iou=0.2, max_gap=3, reach=0.3)


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


def test_a_small_object_that_moves_by_more_than_its_size_is_followed(association) -> None:
    assert [ids(association, at(24.0 * k)) for k in range(4)] == [[1]] * 4


def test_one_that_is_too_far_or_of_another_size_is_not(association) -> None:
    assert ids(association, at(0)) == [1]
    assert ids(association, at(45)) == [2]
    large = Detection("carrot", 0.9, (0.0, 0.0, 80.0, 80.0))
    assert ids(Association(0.2, 3, 0.3), at(0)) == [1]
    assert ids(association, large) == [3]


def test_without_reach_overlap_alone_counts() -> None:
    strict = Association(min_iou=0.2, max_gap=3, reach=0.0)
    assert ids(strict, at(0)) == [1]
    assert ids(strict, at(24)) == [2]


def test_after_a_gap_it_is_looked_for_where_it_should_be_by_now(association) -> None:
    for k in range(4):
        assert ids(association, at(12.0 * k)) == [1]
    ids(association)
    ids(association)
    assert ids(association, at(72)) == [1]


def test_what_a_moving_camera_does_to_all_helps_to_find_the_newest(association) -> None:
    def frame(k: int, *more: Detection) -> list[int]:
        return ids(association, at(15.0 * k), at(15.0 * k, y=100), *more)

    frame(0)
    frame(1)
    assert frame(2, at(200, y=50)) == [1, 2, 3]
    assert frame(3) == [1, 2]
    assert frame(4, at(230, y=50)) == [1, 2, 3]  # 30 px on in two frames


def test_an_object_comes_out_at_the_other_side_of_what_hid_it(association) -> None:
    def part(x0: float, x1: float) -> list[int]:
        return ids(association, Detection("carrot", 0.9, (x0, 0.0, x1, 20.0)))

    assert part(40, 60) == [1]
    assert part(47, 60) == part(54, 60) == [1]  # a board passes from the left
    ids(association)
    assert part(40, 47) == [1]
    assert part(40, 60) == [1]


def test_what_the_detector_knows_of_the_pixels_is_kept(association) -> None:
    mask = Rle.of(np.eye(4, dtype=bool))
    (item,) = association.update([Detection("carrot", 0.5, (0.0, 0.0, 4.0, 4.0), mask)])
    assert item.mask == mask
