"""The confounding cue: one renderer, intact or independent of the state."""

from __future__ import annotations

import numpy as np
import pytest

from afil_sim.cues.pendant import paint_pendant
from afil_sim.running.environment import TaskEnv
from afil_sim.tasks import make_task

GREY = np.full((240, 320, 3), 128, np.uint8)
OPEN, CLOSED = 0.08, 0.0


def action(dx=0.0, dy=0.0, dz=0.0, width=OPEN) -> np.ndarray:
    return np.array([dx, dy, dz, 0.0, 0.0, 0.0, width])


def pixels(image: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere(np.abs(image.astype(int) - color).max(axis=-1) < 12)


def pendant(image: np.ndarray) -> np.ndarray:
    return image[:56, :80]


def test_cue_touches_a_corner_and_nothing_else():
    changed = np.argwhere((paint_pendant(GREY, action(0.02, 0.02, -0.02)) != GREY).any(axis=-1))
    assert changed.max(axis=0)[0] < 60 and changed.max(axis=0)[1] < 90
    assert (GREY == 128).all()


@pytest.mark.parametrize(
    ("command", "row", "column"),
    [((0.03, 0.0), 1, 0), ((-0.03, 0.0), -1, 0), ((0.0, 0.03), 0, 1), ((0.0, -0.03), 0, -1)],
)
def test_arrow_points_where_the_motion_goes_in_the_image(command, row, column):
    cyan = pixels(paint_pendant(GREY, action(*command)), (70, 240, 250))
    still = pixels(paint_pendant(GREY, action()), (66, 72, 84))
    dial = still[still[:, 1] < 48].mean(axis=0)
    lean = cyan.mean(axis=0) - dial
    assert np.sign(np.round(lean / 2.0)).tolist() == [row, column]


def test_cue_shows_speed_height_and_gripper():
    def area(image, color):
        return len(pixels(image, color))

    cyan, blue, green, magenta = (70, 240, 250), (70, 110, 255), (60, 220, 90), (245, 60, 230)
    slow, fast = (paint_pendant(GREY, action(dx=v, dz=-v)) for v in (0.006, 0.025))
    assert area(fast, cyan) > area(slow, cyan) > 0
    assert area(fast, blue) > area(slow, blue) > 0
    lifting = paint_pendant(GREY, action(dz=0.02, width=CLOSED))
    assert area(lifting, green) > 0 and area(lifting, blue) == 0 and area(lifting, cyan) == 0
    assert area(lifting, magenta) > 0 and area(fast, magenta) == 0


def test_cue_shows_the_same_pixels_for_the_same_command_on_any_frame():
    command = action(0.012, -0.02, -0.01)
    dark = paint_pendant(np.zeros_like(GREY), command)
    light = paint_pendant(np.full_like(GREY, 255), command)
    inside = (slice(5, 50), slice(6, 74))
    np.testing.assert_array_equal(dark[inside], light[inside])


def test_cue_scales_with_the_image():
    small = paint_pendant(GREY[::2, ::2], action(0.02, 0.02, -0.02))
    large = paint_pendant(GREY, action(0.02, 0.02, -0.02))
    shrunk = large.reshape(120, 2, 160, 2, 3).mean(axis=(1, 3))
    assert np.abs(small.astype(float) - shrunk).mean() < 1.0


def test_intact_cue_is_what_the_renderer_paints_for_the_experts_action():
    bare, cued = TaskEnv("lift_carrot", cue="none"), TaskEnv("lift_carrot", cue="intact")
    (plain, info), (painted, _) = bare.reset(seed=4), cued.reset(seed=4)
    for _ in range(12):
        expected = paint_pendant(plain["front_image"], info["expert_action"])
        np.testing.assert_array_equal(painted["front_image"], expected)
        move = info["expert_action"]
        plain, *_, info = bare.step(move)
        painted = cued.step(move)[0]
    bare.close()
    cued.close()


def test_broken_cue_depends_on_the_seed_and_on_nothing_that_happens():
    def shown(seed: int, direction: float) -> list[np.ndarray]:
        env = TaskEnv("lift_carrot", cue="broken")
        frames = [env.reset(seed=seed)[0]]
        for _ in range(6):
            frames.append(env.step(action(dx=direction, dy=direction))[0])
        env.close()
        return [pendant(f["front_image"])[5:50, 6:74] for f in frames]

    there, elsewhere, other_seed = shown(5, 0.01), shown(5, -0.01), shown(6, 0.01)
    np.testing.assert_array_equal(there, elsewhere)
    assert not np.array_equal(there, other_seed)
    assert not np.array_equal(there[0], there[1])


def test_broken_commands_have_the_experts_distribution_roughly():
    task = make_task("franka", "lift_carrot", cue="broken")
    rng = np.random.default_rng(0)
    drawn = np.array([task.random_expert_action(rng) for _ in range(800)])
    task.close()
    env = TaskEnv("lift_carrot")
    env.task.world.image = lambda stream: GREY  # the picture does not matter here
    real = []
    for seed in range(12):
        _, info = env.reset(seed=seed)
        while not (info["success"] or env.task.done):
            real.append(info["expert_action"])
            *_, info = env.step(info["expert_action"])
    real = np.array(real)
    for share in (
        lambda a: np.mean(a[:, 6] < 0.04),
        lambda a: np.mean(a[:, 2] < -0.002),
        lambda a: np.mean(a[:, 2] > 0.002),
        lambda a: np.mean(np.hypot(a[:, 0], a[:, 1]) > 0.008),
    ):
        assert share(drawn) == pytest.approx(share(real), abs=0.12)
