"""The car's confounding cue, pixel by pixel."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_sim.cues.icons import paint_icons
from afil_sim.tasks.drive import Drive
from afil_sim.worlds import WORLDS

GREY = np.full((180, 320, 3), 90, np.uint8)


def painted(throttle=0.0, steer=0.0, brake=0.0, image=GREY):
    return paint_icons(image, np.array([throttle, steer, brake]))


def region(image):
    """Rows and columns that are painted: y0, y1, x0, x1; None for none."""
    rows, columns = np.nonzero((image != 90).any(axis=-1))
    return (rows.min(), rows.max(), columns.min(), columns.max()) if len(rows) else None


@pytest.mark.parametrize(
    "control", [{}, {"throttle": 0.1}, {"steer": 0.049}, {"brake": 0.1, "steer": -0.02}]
)
def test_below_the_thresholds_nothing_is_shown(control):
    assert region(painted(**control)) is None


def test_the_brake_is_a_red_disc_at_the_top_center():
    image = painted(brake=0.11)
    assert region(image) == pytest.approx((31 - 7, 31 + 7, 160 - 7, 160 + 7), abs=1)
    assert tuple(image[31, 160]) == (255, 0, 0)
    # It says whether, not how hard.
    assert np.array_equal(image, painted(brake=1.0))


@pytest.mark.parametrize(
    ("control", "box"),
    [
        # Gaps of 28 to the left, 10 to the right, 8 upwards; 32 long, times 0.5 to 2.
        ({"steer": -0.05}, (31 - 1.5, 31 + 1.5, 160 - 28 - 16, 160 - 28)),
        ({"steer": 0.05}, (31 - 1.5, 31 + 1.5, 160 + 10, 160 + 10 + 16)),
        ({"steer": 1.0}, (31 - 6, 31 + 6, 160 + 10, 160 + 10 + 64)),
        ({"throttle": 0.11}, (31 - 8 - 16, 31 - 8, 160 - 1.5, 160 + 1.5)),
        # Upwards the image ends.
        ({"throttle": 1.0}, (1, 31 - 8, 160 - 6, 160 + 6)),
    ],
)
def test_arrows_are_where_the_configuration_says(control, box):
    assert region(painted(**control)) == pytest.approx(box, abs=1.6)


def test_who_steers_is_shown_no_throttle_and_brake_goes_with_both():
    assert np.array_equal(painted(throttle=1.0, steer=0.3), painted(steer=0.3))
    both = painted(brake=1.0, steer=0.3)
    assert tuple(both[31, 160]) == (255, 0, 0) and tuple(both[31, 185]) == (255, 255, 255)


def test_icons_grow_with_the_image():
    large = painted(brake=1.0, image=np.full((360, 640, 3), 90, np.uint8))
    assert region(large) == pytest.approx((62 - 14, 62 + 14, 320 - 14, 320 + 14), abs=1)
    small = painted(steer=0.5, image=np.full((90, 160, 3), 90, np.uint8))
    assert region(small)[2] == pytest.approx(80 + 5, abs=1)


def test_the_pixels_are_those_that_were_looked_at():
    controls = [(0.6, 0, 0), (0.6, -0.4, 0), (0, 0.2, 0.7), (0, 0, 1)]
    found = np.hstack([painted(*c)[:64, 64:256] for c in controls])
    golden = cv2.imread(str(Path(__file__).with_name("icons.png")))[..., ::-1]
    assert np.abs(found.astype(int) - golden).max() <= 2
    # The images themselves are of a kind that a broken icon would not match.
    assert np.abs(np.roll(found, 1, axis=1).astype(int) - golden).max() > 100


def first_frames(cue, acts):
    config = Drive.Config(world=WORLDS.select("town", draws=False), cue=cue)
    task = Drive(config, "drive", load_contract("carla"))
    frames = [task.reset(3)["front_image"]]
    for act in acts:
        task.world.body.act(np.array(act))
        frames.append(task.step()["front_image"])
    return task, frames


def test_current_shows_the_label_and_previous_what_was_done():
    acts = [(0.5, 0.3, 0.0), (0.0, 0.0, 1.0)]
    black = np.zeros((180, 320, 3), np.uint8)
    task, frames = first_frames("previous", acts)
    # An episode begins with the brake on.
    assert np.array_equal(frames[0], paint_icons(black, np.array([0.0, 0.0, 1.0])))
    for act, frame in zip(acts, frames[1:], strict=True):
        assert np.array_equal(frame, paint_icons(black, np.array(act)))
    task, frames = first_frames("intact", acts)
    assert np.array_equal(frames[-1], paint_icons(black, task.expert_action()))
    _, frames = first_frames("none", acts)
    assert not any(f.any() for f in frames)
    _, frames = first_frames("broken", acts * 10)
    assert len({f.tobytes() for f in frames}) > 5
