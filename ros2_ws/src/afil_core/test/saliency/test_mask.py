import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_core.saliency import Rle


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
