from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from afil_core.episodes import list_episodes
from afil_core.errors import AfilError
from afil_policy.data.cache import open_cache
from afil_policy.data.config import DataConfig
from afil_policy.data.normalization import fit_inputs
from afil_policy.data.transforms import ObservationTransform

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
    larger = CONFIG.model_copy(update={"width": 64})
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
    all_episodes = CONFIG.model_copy(update={"successful_only": False})
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
    labels = ObservationTransform(CONFIG, cache.contract).labels
    normalizer = fit_inputs(cache.proprioception, labels)
    transform = ObservationTransform(CONFIG, cache.contract, normalizer)
    images = {"front_image": np.array(cache.images[8:16])[:, None]}
    batch = transform.inputs(images, cache.proprioception[8:16][:, None])
    for k, step in enumerate(list_episodes(dataset)[1].steps()):
        live = transform([step.observations])
        assert torch.equal(live.images["front_image"][0], batch.images["front_image"][k])
        assert torch.equal(live.proprioception[0], batch.proprioception[k])
