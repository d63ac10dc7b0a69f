"""panda3d and MuJoCo draw in one process."""

from __future__ import annotations

import numpy as np

from afil_sim.tasks import TASKS, make_task


def first_image(name):
    task = make_task(TASKS.select(name).config.robot, name)
    image = task.reset(3)["front_image"]
    task.close()
    return image


def test_each_draws_after_the_other_has_come_and_gone():
    first = [first_image(name) for name in ("drive", "lift_carrot")]
    again = [first_image(name) for name in ("drive", "lift_carrot", "drive")]
    assert all(np.std(image) > 10 for image in first)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[0], again[2])
    assert np.array_equal(first[1], again[1])
