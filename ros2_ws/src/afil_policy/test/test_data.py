from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from afil_core.contract import Contract
from afil_core.episodes import list_episodes
from afil_core.errors import AfilError
from afil_policy.config import AugmentationConfig, DataConfig, TrainConfig
from afil_policy.data.augmentation import photometric, shift
from afil_policy.data.batches import BatchSource, split_by_episode
from afil_policy.data.cache import open_cache
from afil_policy.data.normalisation import Normaliser, fit_actions, fit_inputs
from afil_policy.data.transforms import ObservationTransform, proprioception_labels

CONFIG = DataConfig(height=24, width=32)


@pytest.fixture
def cache_root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_the_cache_holds_successful_steps_in_order(dataset: Path, cache_root: Path) -> None:
    cache = open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    assert len(cache.names) == 6
    assert cache.images.shape == (48, 24, 32, 3)
    assert cache.saliency is not None
    assert cache.saliency.shape == (48, 24, 32)
    assert cache.episodes.tolist() == sorted(cache.episodes.tolist())
    steps = list(list_episodes(dataset)[2].steps())
    np.testing.assert_allclose(
        cache.actions[16:24], np.stack([s.action for s in steps]), atol=1e-7
    )
    # The map moved with its image: its bright columns are those of the object.
    bright = cache.saliency[16].max(axis=0) > 128
    orange = cache.images[16, :, :, 0].max(axis=0) > 200
    assert bright.tolist() == orange.tolist()


def test_a_second_opening_reads_the_first_ones_files(dataset: Path, cache_root: Path) -> None:
    open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    files = {p: p.stat().st_mtime_ns for p in cache_root.rglob("*")}
    open_cache(dataset, CONFIG, cache_root, needs_saliency=False)
    assert {p: p.stat().st_mtime_ns for p in cache_root.rglob("*")} == files


def test_another_size_or_other_episodes_make_another_cache(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    write_episode(tmp_path / "demos", 100)
    first = open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=True)
    larger = replace(CONFIG, width=64)
    open_cache(tmp_path / "demos", larger, cache_root, needs_saliency=True)
    write_episode(tmp_path / "demos", 200)
    second = open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=True)
    assert len(list(cache_root.iterdir())) == 3
    assert first.dataset_sha256 != second.dataset_sha256
    assert len(second.names) == 2


def test_an_interrupted_build_is_not_taken_for_a_cache(dataset: Path, cache_root: Path) -> None:
    open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    whole = next(cache_root.iterdir())
    whole.rename(whole.with_name(whole.name + ".partial"))
    assert len(open_cache(dataset, CONFIG, cache_root, needs_saliency=True).names) == 6
    assert not whole.with_name(whole.name + ".partial").exists()


def test_missing_saliency_is_refused_only_where_it_is_needed(
    dataset: Path, cache_root: Path
) -> None:
    all_episodes = replace(CONFIG, successful_only=False)
    with pytest.raises(AfilError, match=r"1 of 7 .*perceive.launch.py"):
        open_cache(dataset, all_episodes, cache_root, needs_saliency=True)
    assert open_cache(dataset, all_episodes, cache_root, needs_saliency=False).saliency is None


def test_a_dataset_without_success_says_what_to_set(
    tmp_path: Path, cache_root: Path, write_episode: Callable[..., Path]
) -> None:
    write_episode(tmp_path / "demos", 100, success=False)
    with pytest.raises(AfilError, match="data.successful_only"):
        open_cache(tmp_path / "demos", CONFIG, cache_root, needs_saliency=False)


def test_deployment_sees_the_same_bits_as_training(dataset: Path, cache_root: Path) -> None:
    cache = open_cache(dataset, CONFIG, cache_root, needs_saliency=False)
    normaliser = fit_inputs(cache.proprioception)
    transform = ObservationTransform(CONFIG, cache.contract, normaliser)
    images, proprioception = transform.inputs(
        np.array(cache.images[8:16]), cache.proprioception[8:16]
    )
    for k, step in enumerate(list_episodes(dataset)[1].steps()):
        image, numbers = transform(step.observations)
        assert torch.equal(image[0], images[k])
        assert torch.equal(numbers[0], proprioception[k])


def test_a_quaternion_and_its_negative_look_the_same(contract: Contract) -> None:
    transform = ObservationTransform(CONFIG, contract)
    pose = np.array([0.5, 0.1, 0.2, 0.9238795, 0.3826834, 0.0, 0.0])
    flipped = pose * np.array([1, 1, 1, -1, -1, -1, -1])
    width = np.array([0.08])
    first = transform.proprioception({"ee_pose": pose, "gripper_width": width})
    second = transform.proprioception({"ee_pose": flipped, "gripper_width": width})
    np.testing.assert_array_equal(first, second)
    assert len(first) == len(proprioception_labels(contract, CONFIG.proprioception))


def test_a_stream_that_the_contract_lacks_is_named(contract: Contract) -> None:
    with pytest.raises(AfilError, match="wrist_image"):
        ObservationTransform(replace(CONFIG, image="wrist_image"), contract)


@pytest.mark.parametrize("kind", ["mean_std", "min_max"])
def test_action_normalisation_is_undone_exactly_enough(kind: str) -> None:
    values = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    normaliser = fit_actions(values, kind)
    normal = normaliser.apply(torch.from_numpy(values))
    torch.testing.assert_close(normaliser.invert(normal), torch.from_numpy(values))
    if kind == "min_max":
        assert float(normal.abs().max()) == pytest.approx(1.0)
    assert Normaliser.from_dict(normaliser.to_dict(), "x") == normaliser


def test_an_action_that_never_moved_is_not_drifted_into() -> None:
    values = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    values[:, 1] = 0.0
    wrong = torch.full((1, 2), 0.5)
    assert abs(float(fit_actions(values, "mean_std").invert(wrong)[0, 1])) < 1e-3


def test_an_input_that_never_moved_is_not_blown_up_when_it_does() -> None:
    values = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    values[:, 1] = 0.3
    moved = torch.tensor([[0.0, 0.31]])
    assert abs(float(fit_inputs(values).apply(moved)[0, 1])) < 0.1


def test_damaged_statistics_are_refused() -> None:
    with pytest.raises(AfilError, match="x must hold"):
        Normaliser.from_dict({"shift": [0.0], "scale": [0.0]}, "x")
    with pytest.raises(AfilError, match="x must hold"):
        Normaliser.from_dict({"shift": [0.0]}, "x")


def test_a_map_moves_with_its_image_and_does_not_smear() -> None:
    images = np.zeros((16, 20, 30, 3), np.uint8)
    images[:, 5:9, 0:6] = 255
    maps = images[..., 0].copy()
    moved, moved_maps = shift(images, maps, 4, np.random.default_rng(0))
    assert moved_maps is not None
    assert not np.array_equal(moved, images)
    inside = moved_maps > 0
    assert (moved[..., 0][inside] == 255).all()
    assert (moved_maps.sum(axis=(1, 2)) <= maps.sum(axis=(1, 2))).all()


def test_photometric_changes_stay_in_range_and_can_be_off() -> None:
    images = torch.rand(4, 3, 6, 6) * 2 - 1
    generator = torch.Generator().manual_seed(0)
    changed = photometric(images, AugmentationConfig(brightness=0.5, contrast=0.5), generator)
    assert not torch.equal(changed, images)
    assert float(changed.abs().max()) <= 1
    off = AugmentationConfig(brightness=0.0, contrast=0.0)
    assert photometric(images, off, generator) is images


def test_the_split_never_cuts_an_episode(dataset: Path, cache_root: Path) -> None:
    cache = open_cache(dataset, CONFIG, cache_root, needs_saliency=False)
    split = split_by_episode(cache, 0.3, seed=1)
    training = set(cache.episodes[split.training].tolist())
    validation = set(cache.episodes[split.validation].tolist())
    assert (len(training), len(validation)) == (4, 2)
    assert not training & validation
    with pytest.raises(AfilError, match="validation_fraction"):
        split_by_episode(cache, 0.99, seed=1)


def test_batches_depend_on_seed_and_epoch_only(dataset: Path, cache_root: Path) -> None:
    cache = open_cache(dataset, CONFIG, cache_root, needs_saliency=True)
    config = TrainConfig(data=CONFIG)
    config = replace(config, optimisation=replace(config.optimisation, batch_size=10))
    source = BatchSource(
        cache,
        config,
        ObservationTransform(CONFIG, cache.contract, fit_inputs(cache.proprioception)),
        fit_actions(cache.actions, "mean_std"),
        with_saliency=True,
    )
    indices = np.arange(len(cache.actions))
    whole = list(source.training(indices, epoch=3, start=0))
    rest = list(source.training(indices, epoch=3, start=2))
    assert len(whole) == 5
    assert sum(len(b.actions) for b in whole) == 48
    for a, b in zip(whole[2:], rest, strict=True):
        assert torch.equal(a.images, b.images)
        assert a.saliency is not None
        assert b.saliency is not None
        assert torch.equal(a.saliency, b.saliency)
    other = next(source.training(indices, epoch=4, start=0))
    assert not torch.equal(other.actions, whole[0].actions)
