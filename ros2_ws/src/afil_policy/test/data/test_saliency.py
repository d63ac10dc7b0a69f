from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from afil_core import schema
from afil_core.contract import Contract
from afil_core.episodes import EpisodeWriter
from afil_core.errors import AfilError
from afil_core.testing import HOME, PERIOD_NS, FrankaOnPaper, changed, write_saliency
from afil_policy.data.cache import open_cache
from afil_policy.data.config import DataConfig
from afil_policy.data.partners import alike, other_episodes
from afil_policy.data.saliency import SALIENCY

EPISODES = np.repeat(np.arange(3, dtype=np.int32), (5, 8, 3))


class Blobs:
    """A map of step k is bright in row 2 at column k."""

    episodes = EPISODES

    def saliency(self, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
        maps = np.zeros((*steps.shape, 12, 16), np.uint8)
        np.put_along_axis(maps[..., 2, :], steps[..., None], 255, axis=-1)
        return maps


def test_perceived_maps_are_the_cached_ones() -> None:
    steps = np.array([[0, 3], [7, 7]])
    found = SALIENCY.select("perceived").build().maps(Blobs(), "front", steps)
    np.testing.assert_array_equal(found, Blobs().saliency("front", steps))
    assert SALIENCY.select("oracle").build().folder == "saliency_oracle"


def test_shuffled_maps_are_those_of_other_episodes_and_stay_the_same() -> None:
    steps = np.arange(len(EPISODES))
    source = SALIENCY.select("shuffled").build()
    whose = source.maps(Blobs(), "front", steps)[:, 2].argmax(axis=-1)
    assert (EPISODES[whose] != EPISODES).all()
    some = source.maps(Blobs(), "front", steps[4:6])[:, 2].argmax(axis=-1)
    assert some.tolist() == whose[4:6].tolist()
    other = SALIENCY.select("shuffled", seed=1).build().maps(Blobs(), "front", steps)
    assert (other[:, 2].argmax(axis=-1) != whose).any()


def test_gaze_is_one_blob_near_what_is_salient_and_follows_it() -> None:
    steps = np.arange(len(EPISODES))
    gaze = SALIENCY.select("gaze", sigma=0.1, noise=0.0).build()
    maps = gaze.maps(Blobs(), "front", steps)
    peaks = [np.unravel_index(m.argmax(), m.shape) for m in maps]
    assert [tuple(map(int, p)) for p in peaks] == [(2, k) for k in steps]
    assert (maps.reshape(len(steps), -1).max(axis=1) == 255).all()
    noisy = SALIENCY.select("gaze", noise=0.2, fixation_steps=4).build()
    columns = noisy.maps(Blobs(), "front", steps).max(axis=1).argmax(axis=-1)
    # An offset that holds for a fixation, and another in the next one.
    assert len(set((columns - steps).tolist())) > 1

    class Nothing(Blobs):
        def saliency(self, camera: str, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
            return np.zeros((*steps.shape, 12, 16), np.uint8)

    assert not gaze.maps(Nothing(), "front", steps).any()


def test_without_maps_a_method_that_needs_them_is_refused(dataset: Path, tmp_path: Path) -> None:
    text = "{height: 24, width: 32, saliency: no_maps}"
    config = schema.parse(DataConfig, text, "x.yaml")
    cache = open_cache(dataset, config, tmp_path / "cache", needs_saliency=False)
    assert cache.saliency_cameras == ()
    with pytest.raises(AfilError, match=r"data\.saliency"):
        open_cache(dataset, config, tmp_path / "cache", needs_saliency=True)
    elsewhere = schema.parse(DataConfig, "{height: 24, width: 32, saliency: oracle}", "x.yaml")
    with pytest.raises(AfilError, match="folder saliency_oracle"):
        open_cache(dataset, elsewhere, tmp_path / "cache", needs_saliency=True)


def test_partners_are_of_other_episodes_and_everyone_may_be_one() -> None:
    steps = np.arange(len(EPISODES))
    drawn = np.random.default_rng(0)
    found = [other_episodes(EPISODES, steps, steps, drawn) for _ in range(60)]
    assert all((EPISODES[f] != EPISODES).all() for f in found)
    assert set(np.concatenate(found).tolist()) == set(steps.tolist())
    alone = np.zeros(4, np.int32)
    assert other_episodes(alone, np.array([1, 2]), np.arange(4), drawn).max() < 4


def test_partners_come_from_the_steps_that_may_give_them() -> None:
    steps, donors = np.arange(len(EPISODES)), np.flatnonzero(EPISODES != 1)[::2]
    drawn = np.random.default_rng(0)
    found = [other_episodes(EPISODES, steps, donors, drawn) for _ in range(60)]
    assert set(np.concatenate(found).tolist()) == set(donors.tolist())
    assert all((EPISODES[f] != EPISODES).all() for f in found)


def test_the_partner_is_the_nearest_of_those_that_were_drawn() -> None:
    steps = np.arange(len(EPISODES))
    seed = np.random.default_rng
    many = [other_episodes(EPISODES, steps, steps, drawn) for drawn in [seed(0)] for _ in range(4)]
    states = seed(1).normal(size=(len(EPISODES), 2)).astype(np.float32)
    distances = np.linalg.norm(states[np.stack(many)] - states, axis=2)
    found = alike(EPISODES, steps, steps, seed(0), states, candidates=4)
    np.testing.assert_allclose(
        np.linalg.norm(states[found] - states, axis=1), distances.min(axis=0)
    )
    assert (EPISODES[found] != EPISODES).all()
    # A policy without proprioception knows no state.
    none = np.zeros((len(EPISODES), 0), np.float32)
    np.testing.assert_array_equal(alike(EPISODES, steps, steps, seed(0), none), many[0])


def test_maps_that_no_camera_has_in_all_episodes_are_refused(
    tmp_path: Path, write_episode: Callable[..., Path], contract: Contract
) -> None:
    second = {**contract.to_dict()["observations"]["front_image"], "topic": "wrist/image_raw"}
    two = changed(contract, {"observations.wrist_image": second})
    for name in ("front_image", "wrist_image"):
        writer = EpisodeWriter(tmp_path / "demos", two, "lift the carrot")
        robot = FrankaOnPaper(two)
        blank = np.zeros((240, 320, 3), np.uint8)
        for k in range(4):
            stamp = (k + 1) * PERIOD_NS
            values = {"ee_pose": HOME, "front_image": blank, "wrist_image": blank}
            for topic, cdr in [*robot.by_topic(stamp, values), *robot.command(stamp, HOME)]:
                writer.write(topic, cdr, stamp)
        maps = [((k + 1) * PERIOD_NS, np.zeros((240, 320), np.uint8)) for k in range(4)]
        write_saliency(writer.save(True), two.stream(name).topic, maps)
    config = DataConfig(height=24, width=32)
    with pytest.raises(AfilError, match="no camera of front_image, wrist_image has saliency maps"):
        open_cache(tmp_path / "demos", config, tmp_path / "cache", needs_saliency=True)
