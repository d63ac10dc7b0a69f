"""The task ``lift_carrot``: scenes, determinism, success and score, expert."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_sim.running.environment import TaskEnv
from afil_sim.tasks import make_task


@pytest.fixture(scope="module")
def env():
    env = TaskEnv("lift_carrot")
    yield env
    env.close()


def expert_episode(env, seed: int):
    observation, info = env.reset(seed=seed)
    frames = [observation]
    while True:
        observation, _, terminated, truncated, info = env.step(info["expert_action"])
        frames.append(observation)
        if terminated or truncated:
            return frames, info


def orange(image: np.ndarray) -> np.ndarray:
    hue, saturation, value = np.moveaxis(cv2.cvtColor(image, cv2.COLOR_RGB2HSV), -1, 0)
    return (hue >= 5) & (hue <= 22) & (saturation > 110) & (value > 80)


def test_expert_lifts_the_carrot_on_unseen_seeds(env):
    lengths = []
    for seed in range(3000, 3010):
        frames, info = expert_episode(env, seed)
        assert info["success"], f"seed {seed}"
        lengths.append(len(frames) - 1)
    assert 25 <= np.mean(lengths) <= 50


def test_expert_recovers_from_exploration_noise():
    task = make_task("franka", noise=0.008)
    strayed = []
    for seed in range(5):
        task.reset(seed)
        while not task.done:
            clean, noisy = task.expert_action(), task.demonstration()
            strayed.append(np.abs(noisy - clean).max())
            task.world.body.act(noisy)
            task.step()
        assert task.success, f"seed {seed}"
    assert max(strayed) > 0.01
    task.close()


def test_same_seed_gives_the_same_episode_to_the_last_pixel(env):
    first, _ = expert_episode(env, 7)
    second, _ = expert_episode(env, 7)
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


def test_seeds_vary_carrot_start_and_distractors(env):
    task = env.task
    poses, starts, counts = [], [], []
    for seed in range(20):
        observation, info = env.reset(seed=seed)
        poses.append(info["target_object_pose"][:2])
        starts.append(observation["ee_pose"][:3])
        names = ("cube", "can", "ball", "brick")
        on_table = [task.world.body_pose(n)[:2] for n in names]
        on_table = [p for p in on_table if p[0] > 0]
        counts.append(len(on_table))
        assert all(np.hypot(*(p - poses[-1])) > 0.09 for p in on_table)
    low, high = np.min(poses, axis=0), np.max(poses, axis=0)
    assert np.all(low >= [0.38, -0.175]) and np.all(high <= [0.63, 0.175])
    assert np.all(high - low > [0.18, 0.25])
    assert np.all(np.ptp(starts, axis=0) > [0.07, 0.07, 0.04])
    assert set(counts) == {3, 4}


def test_only_the_carrot_is_orange_and_it_stays_in_view(env):
    for seed in range(3):
        frames, _ = expert_episode(env, seed)
        for frame in frames[::6]:
            mask = orange(frame["front_image"]).astype(np.uint8)
            blobs, _, statistics, _ = cv2.connectedComponentsWithStats(mask)
            areas = sorted(statistics[1:, cv2.CC_STAT_AREA]) if blobs > 1 else []
            assert areas and areas[-1] > 60
            assert sum(areas[:-1]) <= 6


def test_no_success_without_a_lift(env):
    env.reset(seed=0)
    for _ in range(70):
        _, reward, terminated, truncated, info = env.step(np.zeros(7))
        assert not terminated and not info["success"] and reward == 0.0
    assert truncated


@pytest.fixture
def floating():
    """Function: holds the carrot at a height for a step of a task without gravity; the task."""
    task = make_task("franka")
    task.reset(0)
    task.world.model.opt.gravity[:] = 0.0
    place = task.carrot_pose[:3]

    def step_at(height: float):
        task.world.place("carrot", np.append(place[:2], 0.0125 + height))
        task.world.data.qvel[:] = 0.0
        task.step()
        return task

    task.world.arm.move_to(task.world.arm.ee_pose + [0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
    yield step_at
    task.close()


def test_success_needs_the_height_for_five_steps_in_a_row(floating):
    assert [floating(0.09).success for _ in range(4)] == [False] * 4
    assert not floating(0.07).success
    assert [floating(0.09).success for _ in range(5)] == [False] * 4 + [True]


def test_score_is_half_for_the_height_and_half_for_holding_it(floating):
    assert floating(0.04).score == pytest.approx(0.25, abs=0.01)
    assert floating(0.0).score == pytest.approx(0.25, abs=0.01), "what was reached counts"
    scores = [floating(0.09).score for _ in range(5)]
    assert scores == pytest.approx([0.6, 0.7, 0.8, 0.9, 1.0])


def test_score_of_a_still_arm_is_nothing(env):
    env.reset(seed=0)
    assert env.step(np.zeros(7))[4]["score"] == pytest.approx(0.0, abs=0.01)


def test_actions_are_held_within_the_contracts_limits(env):
    start = env.reset(seed=3)[0]["ee_pose"]
    env.step(np.array([1.0, 0, 0, 0, 0, 0, 0.08]))
    assert env.step(np.array([0, 0, 0, 0, 0, 0, 0.08]))[0]["ee_pose"][0] < start[0] + 0.055
    for _ in range(30):
        observation = env.step(np.array([0.0, -0.05, 0.05, 0, 0, 0, 0.08]))[0]
    assert observation["ee_pose"][1] > -0.41
    assert observation["ee_pose"][2] < 0.61


@pytest.mark.parametrize("action", [np.zeros(6), np.full(7, np.nan)])
def test_an_action_that_is_none_is_refused_in_a_sentence(env, action):
    env.reset(seed=0)
    with pytest.raises(AfilError, match="7 finite numbers"):
        env.step(action)
