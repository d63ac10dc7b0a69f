import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_core.saliency import Rle, box_center, box_iou

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


def test_runs_go_down_the_columns_and_begin_outside() -> None:
    mask = np.array([[0, 1, 1], [0, 1, 0]], dtype=bool)
    assert Rle.of(mask) == Rle((2, 3), (2, 3, 1))
    assert Rle.of(~mask) == Rle((2, 3), (0, 2, 3, 1))


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (48, 64), (7, 1)])
@pytest.mark.parametrize("density", [0.0, 0.1, 0.5, 1.0])
def test_a_mask_survives_its_runs(shape: tuple[int, int], density: float) -> None:
    mask = np.random.default_rng(0).random(shape) < density
    rle = Rle.of(mask)
    np.testing.assert_array_equal(rle.mask(), mask)
    assert rle.area == mask.sum() and rle.size == shape


@pytest.mark.parametrize("counts", [(), (5,), (3, 4), (7, -1)])
def test_runs_that_do_not_fill_the_image_are_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(AfilError, match="a mask of 3x2 pixels has runs of"):
        Rle((2, 3), counts)
