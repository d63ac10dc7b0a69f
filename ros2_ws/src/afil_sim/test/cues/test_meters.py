"""Meters that show an action's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from afil_sim.cues.meters import paint_meters

GRAY = np.full((96, 96, 3), 127, np.uint8)
CYAN, MAGENTA = (70, 240, 250), (245, 60, 230)


def painted(*shares, image=GRAY):
    return paint_meters(image, np.array(shares))


def area(image, color):
    return int((image == np.array(color)).all(axis=-1).sum())


def test_the_image_is_not_touched_and_most_of_the_copy_is_as_it_was():
    before = GRAY.copy()
    shown = painted(0.5, -0.5, 0.0, 1.0)
    np.testing.assert_array_equal(GRAY, before)
    changed = (shown != GRAY).any(axis=-1)
    assert 0.02 < changed.mean() < 0.12
    assert not changed[30:].any() and not changed[:, 60:].any()


def test_a_bar_grows_with_its_number_up_or_down():
    areas = [area(painted(0.0, share), CYAN) for share in (0.2, 0.5, 1.0)]
    assert 0 < areas[0] < areas[1] < areas[2]
    assert area(painted(0.0, 0.5), MAGENTA) == 0 < area(painted(0.0, -0.5), MAGENTA)
    assert area(painted(0.0), CYAN) == area(painted(0.0), MAGENTA) == 0
    np.testing.assert_array_equal(painted(3.0), painted(1.0))


def test_each_number_has_its_place():
    pictures = {painted(*row).tobytes() for row in np.eye(4)}
    assert len(pictures) == 4


def test_many_numbers_fit_into_the_image():
    shown = painted(*np.linspace(-1, 1, 30))
    assert not (shown != GRAY).any(axis=-1)[:, 70:].any()


@pytest.mark.parametrize("size", [(48, 64), (96, 96), (180, 320)])
def test_training_and_test_paint_the_same_bytes(size):
    image = np.zeros((*size, 3), np.uint8)
    pictures = [painted(0.7, -0.2, 0.0, -1.0, image=image) for _ in range(2)]
    np.testing.assert_array_equal(*pictures)
