import numpy as np
import pytest

from afil_core.saliency import box_center, box_iou

A = (0.0, 0.0, 4.0, 4.0)


def test_the_center_of_a_box_is_in_its_middle() -> None:
    assert box_center((2.0, 4.0, 6.0, 5.0)) == (4.0, 4.5)


@pytest.mark.parametrize(
    ("other", "iou"),
    [
        (A, 1.0),
        ((2.0, 0.0, 6.0, 4.0), 8 / 24),
        ((1.0, 1.0, 3.0, 3.0), 4 / 16),
        ((4.0, 0.0, 8.0, 4.0), 0.0),
        ((9.0, 9.0, 5.0, 5.0), 0.0),
        ((1.0, 1.0, 1.0, 1.0), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(other, iou: float) -> None:
    assert box_iou([A], [other]).item() == pytest.approx(iou)


def test_two_empty_boxes_do_not_overlap() -> None:
    assert box_iou([(1.0, 1.0, 1.0, 1.0)], [(1.0, 1.0, 1.0, 1.0)]).item() == 0.0


def test_every_box_is_held_against_every_other() -> None:
    found = box_iou([A, (8.0, 8.0, 9.0, 9.0)], [(8.0, 8.0, 9.0, 9.0), A, A])
    np.testing.assert_array_equal(found, [[0, 1, 1], [1, 0, 0]])


def test_without_boxes_there_are_no_overlaps() -> None:
    assert box_iou([], [A]).shape == (0, 1) and box_iou([A, A], []).shape == (2, 0)
