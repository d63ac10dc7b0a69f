from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from afil_core.episodes import list_episodes
from afil_core.errors import AfilError
from afil_policy.data import build as build_module
from afil_policy.data.cache import Cache, open_cache
from afil_policy.data.config import DataConfig
from afil_policy.data.normalization import fit_inputs
from afil_policy.data.transforms import ObservationTransform

CONFIG = DataConfig(height=24, width=32)


@pytest.fixture
def cache_root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def stamps(root: Path) -> dict[Path, int]:
    """When each file was written last."""
    return {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}


def content(cache: Cache) -> tuple[bytes, bytes]:
    """Actions and images."""
    images = cache.images("front_image", np.arange(len(cache.actions)))
    return cache.actions.tobytes(), images.tobytes()


def test_the_cache_holds_successful_steps_in_order(dataset: Path, cache_root: Path) -> None:
    cache = open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    assert len(cache.shards) == 6
    assert cache.saliency_cameras == cache.cameras == ("front_image",)
    assert cache.episodes.tolist() == [n for n in range(6) for _ in range(8)]
    steps = list(list_episodes(dataset)[2].steps())
    np.testing.assert_allclose(
        cache.actions[16:24], np.stack([s.action for s in steps]), atol=1e-7
    )
    # The map moved with its image: its bright columns are those of the object.
    image = cache.images("front_image", np.array([16]))
    saliency = cache.saliency("front_image", np.array([16]))
    assert image.shape == (1, 24, 32, 3)
    bright = saliency[0].max(axis=0) > 128
    assert bright.tolist() == (image[0, :, :, 0].max(axis=0) > 200).tolist()


def test_a_second_opening_reads_the_first_ones_files(dataset: Path, cache_root: Path) -> None:
    first = open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    before = stamps(cache_root)
    second = open_cache(dataset, CONFIG, cache_root, needs_saliency=False)
    assert stamps(cache_root) == before
    assert content(first) == content(second)


def test_only_what_changed_is_read_again(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    demos = tmp_path / "demos"
    for column in (100, 150):
        write_episode(demos, column)
    first = open_cache(demos, CONFIG, cache_root, needs_saliency=True)
    before = stamps(cache_root)
    write_episode(demos, 200)
    second = open_cache(demos, CONFIG, cache_root, needs_saliency=True)
    assert before.items() < stamps(cache_root).items()
    assert len(second.shards) == 3
    assert first.dataset_sha256 != second.dataset_sha256
    shutil.rmtree(list_episodes(demos)[0].saliency_path)
    third = open_cache(demos, CONFIG, cache_root, needs_saliency=False)
    assert len(list(cache_root.iterdir())) == 4
    assert third.saliency_cameras == ()
    assert third.dataset_sha256 != second.dataset_sha256


def test_another_size_or_other_streams_make_other_shards(dataset: Path, cache_root: Path) -> None:
    for update in ({}, {"width": 64}, {"proprioception": ("ee_pose",)}):
        config = CONFIG.model_copy(update=update)
        open_cache(dataset, config, cache_root, needs_saliency=False)
    assert len(list(cache_root.iterdir())) == 18


def test_an_interrupted_build_goes_on_where_it_stopped(
    dataset: Path, cache_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    real = build_module.write_shard

    def write(folder: Path, *others: object) -> None:
        if len(built) == 3:
            raise KeyboardInterrupt
        built.append(folder.name)
        real(folder, *others)

    monkeypatch.setattr(build_module, "write_shard", write)
    with pytest.raises(KeyboardInterrupt):
        open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    assert sorted(p.name for p in cache_root.iterdir()) == sorted(built)
    before = stamps(cache_root)
    monkeypatch.setattr(build_module, "write_shard", real)
    assert len(open_cache(dataset, CONFIG, cache_root, needs_saliency=True).shards) == 6
    assert before.items() < stamps(cache_root).items()


@pytest.mark.parametrize("name", ["front_image.images.u8", "actions.npy", "index.json"])
def test_a_damaged_shard_is_made_anew(dataset: Path, cache_root: Path, name: str) -> None:
    first = content(open_cache(dataset, CONFIG, cache_root, needs_saliency=True))
    before = stamps(cache_root)
    broken = sorted(cache_root.iterdir())[2] / name
    data = bytearray(broken.read_bytes())
    data[-20] ^= 1
    broken.write_bytes(data)
    second = open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    assert content(second) == first
    changed = {p.parent for p, stamp in stamps(cache_root).items() if before.get(p) != stamp}
    assert changed == {broken.parent}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts what Linux lists")
def test_the_number_of_episodes_is_not_bounded_by_open_files(
    dataset: Path, cache_root: Path
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    cache = open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    assert cache.images("front_image", np.arange(48)).any()
    assert len(os.listdir("/proc/self/fd")) == before


def test_missing_saliency_is_refused_only_where_it_is_needed(
    dataset: Path, cache_root: Path
) -> None:
    all_episodes = CONFIG.model_copy(update={"successful_only": False})
    for _ in range(2):  # before and after the shards are there
        with pytest.raises(AfilError, match=r"1 of 7 .*perceive.launch.py dataset:="):
            open_cache(dataset, all_episodes, cache_root, needs_saliency=True)
        cache = open_cache(dataset, all_episodes, cache_root, needs_saliency=False)
        assert cache.saliency_cameras == ()


def test_a_sidecar_that_lacks_a_map_is_refused(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    short = write_episode(tmp_path / "demos", 100, steps=5)
    longer = write_episode(tmp_path / "demos", 100, steps=8, saliency=False)
    shutil.copytree(short / "saliency", longer / "saliency")
    with pytest.raises(AfilError, match=r"no map for the image of stamp 600000000 ns.*dataset:="):
        open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=True)


def test_a_dataset_without_success_says_what_to_set(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    write_episode(tmp_path / "demos", 100, success=False)
    with pytest.raises(AfilError, match=r"data\.successful_only"):
        open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=False)


def test_history_and_chunk_end_at_the_episode(dataset: Path, cache_root: Path) -> None:
    cache = open_cache(dataset, CONFIG, cache_root, needs_saliency=False)
    steps = np.array([8, 9, 12, 15])
    history, real = cache.history(steps, 3)
    assert history.tolist() == [
        [8, 8, 8],
        [8, 8, 9],
        [10, 11, 12],
        [13, 14, 15],
    ]
    chunk, mask = cache.chunk(steps, 4)
    assert chunk.tolist()[2:] == [[12, 13, 14, 15], [15, 15, 15, 15]]
    assert real.sum(axis=1).tolist() == [1, 2, 3, 3]
    assert mask.tolist()[2:] == [[True] * 4, [True, False, False, False]]
    assert cache.history(steps, 1)[0][:, 0].tolist() == steps.tolist()
    assert cache.chunk(steps, 1)[1].all()


def test_history_and_chunk_do_not_reach_over_a_gap(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    write_episode(tmp_path / "demos", 100, steps=8, gap_after=4)
    cache = open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=False)
    steps = np.array([2, 4])
    history, real = cache.history(steps, 3)
    assert history.tolist() == [[0, 1, 2], [4, 4, 4]]
    assert real.sum(axis=1).tolist() == [3, 1]
    assert cache.chunk(steps, 3)[1].tolist() == [[True, True, False], [True] * 3]


@pytest.mark.parametrize("frames", [1, 3])
def test_deployment_sees_the_same_bits_as_training(
    dataset: Path, cache_root: Path, frames: int
) -> None:
    config = CONFIG.model_copy(update={"frames": frames})
    cache = open_cache(dataset, config, cache_root, needs_saliency=False)
    labels = ObservationTransform(config, cache.contract).labels
    normalizer = fit_inputs(cache.proprioception, labels)
    transform = ObservationTransform(config, cache.contract, normalizer)
    history, is_real = cache.history(np.arange(8, 16), frames)
    images = {"front_image": cache.images("front_image", history)}
    batch = transform.inputs(images, cache.proprioception[history], is_real)
    seen = [step.observations for step in list_episodes(dataset)[1].steps()]
    for k in range(8):
        live = transform(seen[: k + 1])
        assert torch.equal(live.images["front_image"][0], batch.images["front_image"][k])
        assert torch.equal(live.proprioception[0], batch.proprioception[k])
        assert torch.equal(live.history_mask[0], batch.history_mask[k])


def test_what_is_broken_is_left_out_said_and_refused_when_it_is_much(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    write_episode(tmp_path / "demos", 100)
    broken = write_episode(tmp_path / "demos", 150, steps=10, broken=(3, 4))
    tolerant = CONFIG.model_copy(update={"max_lost_share": 0.2})
    cache = open_cache(tmp_path / "demos", tolerant, cache_root, needs_saliency=True)
    assert [s.index.steps for s in cache.shards] == [8, 8]
    (sentence,) = cache.left_out
    assert cache.history(np.array([8 + 3]), 2)[1].tolist() == [[False, True]]
    assert f"{broken}: 2 of 10 ticks left out" in sentence
    assert cache.history(np.array([8 + 3]), 2)[0].tolist() == [[11, 11]]
    for _ in range(2):  # of what is cached, and of what is built
        with pytest.raises(AfilError, match=r"2 of 10 .* more than 10 % \(data\.max_lost_share\)"):
            open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=True)
        shutil.rmtree(cache_root)


def test_an_episode_of_which_nothing_can_be_used_is_named(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    path = write_episode(tmp_path / "demos", 100, broken=tuple(range(8)))
    with pytest.raises(AfilError, match=f"{path}: 8 of 8 ticks left out"):
        open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=False)


def test_an_action_finds_its_streams_also_where_the_policy_sees_images_alone(
    dataset: Path, cache_root: Path
) -> None:
    blind = CONFIG.model_copy(update={"proprioception": ()})
    cache = open_cache(dataset, blind, cache_root, needs_saliency=False)
    assert cache.proprioception.shape == (48, 0)
    seen = open_cache(dataset, CONFIG, cache_root, needs_saliency=False)
    np.testing.assert_array_equal(cache.actions, seen.actions)


def test_processes_that_build_write_the_same_shards_and_say_what_is_wrong(
    dataset: Path, cache_root: Path, tmp_path: Path, write_episode: Callable[..., Path]
) -> None:
    alone = open_cache(dataset, CONFIG, cache_root / "a", needs_saliency=True, workers=0)
    several = open_cache(dataset, CONFIG, cache_root / "b", needs_saliency=True, workers=2)
    assert content(alone) == content(several)
    assert [s.index for s in alone.shards] == [s.index for s in several.shards]
    for broken in ((), tuple(range(8))):
        path = write_episode(tmp_path / "demos", 100, broken=broken)
    with pytest.raises(AfilError, match=f"{path}: 8 of 8 ticks left out"):
        open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=False, workers=2)
    assert not [p for p in cache_root.iterdir() if p.name.startswith(".")]
