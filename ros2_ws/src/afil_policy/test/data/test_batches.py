from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.data.batch import Batch, Needs
from afil_policy.data.batches import BatchSource, Share
from afil_policy.data.cache import Cache, open_cache
from afil_policy.data.loader import LoaderOptions
from afil_policy.data.normalization import Normalization, fit_actions, fit_inputs
from afil_policy.data.split import Split, split_by_episode
from afil_policy.data.transforms import ObservationTransform
from afil_policy.training.config import TrainConfig

MAPS = Needs(saliency=True)


@pytest.fixture(scope="module")
def cache(dataset: Path, small: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return open_cache(dataset, small.data, tmp_path_factory.mktemp("cache"), needs_saliency=True)


def source(cache: Cache, config: TrainConfig, needs: Needs = MAPS, **options) -> BatchSource:
    labels = ObservationTransform(config.data, cache.contract).labels
    names = [d.name for d in cache.contract.action.dimensions]
    normalization = Normalization(
        proprioception=fit_inputs(cache.proprioception, labels),
        action=fit_actions(cache.actions, names, "mean_std"),
    )
    return BatchSource(cache, config, normalization, needs, **options)


def test_the_split_never_cuts_an_episode(cache: Cache) -> None:
    split = split_by_episode(cache, 0.3, seed=1)
    training = set(cache.episodes[split.training].tolist())
    validation = set(cache.episodes[split.validation].tolist())
    assert (len(training), len(validation)) == (4, 2)
    assert not training & validation
    with pytest.raises(AfilError, match="validation_fraction"):
        split_by_episode(cache, 0.99, seed=1)


def test_batches_depend_on_seed_and_epoch_only(cache: Cache, small: TrainConfig) -> None:
    config = schema.parse(
        TrainConfig, schema.to_yaml(small), "x.yaml", {"optimizer.batch_size": 10}
    )
    batches = source(cache, config)
    indices = np.arange(len(cache.actions))
    whole = list(batches.training(indices, epoch=3, start=0))
    rest = list(batches.training(indices, epoch=3, start=2))
    assert len(whole) == 5
    assert sum(len(b.actions) for b in whole) == 48
    for a, b in zip(whole[2:], rest, strict=True):
        assert torch.equal(a.images["front_image"], b.images["front_image"])
        assert torch.equal(a.saliency["front_image"], b.saliency["front_image"])
    other = next(batches.training(indices, epoch=4, start=0))
    assert not torch.equal(other.actions, whole[0].actions)


def test_a_batch_has_histories_chunks_and_maps(
    dataset: Path, small: TrainConfig, tmp_path: Path
) -> None:
    overrides = {"data.frames": 3, "data.horizon": 4, "augmentation.shift": 2}
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", overrides)
    cache = open_cache(dataset, config.data, tmp_path, needs_saliency=True)
    batch = next(source(cache, config).training(np.arange(48), epoch=0, start=0))
    assert batch.images["front_image"].shape == (8, 3, 3, 24, 32)
    assert batch.proprioception.shape == (8, 3, 17)
    assert batch.actions.shape == (8, 4, 7)
    assert batch.action_mask.shape == (8, 4)
    assert batch.action_mask[:, 0].all()
    assert not batch.action_mask.all()
    assert batch.saliency["front_image"].shape == (8, 24, 32)
    assert float(batch.saliency["front_image"].max()) == 1.0


def same(first: Batch, second: Batch) -> bool:
    return all(
        torch.equal(a, b)
        for a, b in (
            (first.images["front_image"], second.images["front_image"]),
            (first.actions, second.actions),
            (first.saliency["front_image"], second.saliency["front_image"]),
            (first.partner.images["front_image"], second.partner.images["front_image"]),
        )
    )


EVERYTHING = Needs(saliency=True, saliency_history=True, partner=True)


def test_workers_make_the_same_batches(cache: Cache, small: TrainConfig) -> None:
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", {"augmentation.crop": 0.7})
    indices = np.arange(len(cache.actions))
    here = list(source(cache, config, EVERYTHING).training(indices, 0, 1))
    options = LoaderOptions(workers=2)
    there = list(source(cache, config, EVERYTHING, options=options).training(indices, 0, 1))
    assert len(here) == len(there) == 5
    assert all(map(same, here, there))


def test_one_loader_gives_the_batches_of_several_epochs_with_what_is_held_out(
    cache: Cache, small: TrainConfig
) -> None:
    split = split_by_episode(cache, 0.3, seed=1)
    made = source(cache, small, EVERYTHING, options=LoaderOptions(workers=2))
    found = list(made.batches(split, epoch=2, start=3, epochs=4))
    steps = made.steps_per_epoch(split.training)
    held_out = list(made.batches(split, epoch=0, start=steps, epochs=1))
    assert len(held_out) == made.held_out(split.validation)
    wanted = [
        *made.training(split.training, 2, 3),
        *held_out,
        *made.training(split.training, 3, 0),
        *held_out,
    ]
    assert len(found) == len(wanted) == 9
    assert all(map(same, found, wanted))


def test_a_batch_is_the_same_when_it_is_finished_where_it_is_used(
    cache: Cache, small: TrainConfig
) -> None:
    shifted = {"augmentation.shift": 2, "data.saliency_ratio": 0.5}
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", shifted)
    indices = np.arange(len(cache.actions))
    here = list(source(cache, config, EVERYTHING).training(indices, 0, 0))
    made = source(cache, config, EVERYTHING, options=LoaderOptions(workers=2))
    made._there = True  # As for a GPU: the loader's processes send integers.
    assert all(map(same, here, made.training(indices, 0, 0)))


def test_processes_share_each_batch(cache: Cache, small: TrainConfig) -> None:
    plain = {"augmentation.brightness": 0.0, "augmentation.contrast": 0.0}
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", plain)
    double = schema.parse(
        TrainConfig, schema.to_yaml(small), "x.yaml", plain | {"optimizer.batch_size": 16}
    )
    indices = np.arange(47)
    whole = list(source(cache, double).training(indices, 0, 0))
    parts = [
        list(source(cache, config, share=Share(rank, 2)).training(indices, 0, 0))
        for rank in range(2)
    ]
    assert [len(b.actions) for b in parts[0]] == [len(b.actions) for b in parts[1]] == [8, 8, 7]
    for both, first, second in zip(whole[:2], *parts, strict=False):
        assert torch.equal(both.actions[0::2], first.actions)
        assert torch.equal(both.actions[1::2], second.actions)


def test_a_batch_says_what_was_real_whose_task_it_is_and_shows_others(
    cache: Cache, small: TrainConfig
) -> None:
    overrides = {"data.frames": 3, "data.saliency_ratio": 0.5}
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", overrides)
    batches = list(source(cache, config, EVERYTHING).validation(np.arange(48)))
    batch = batches[0]
    assert batch.history_mask.sum(dim=1).tolist() == [1, 2, 3, 3, 3, 3, 3, 3]
    assert batch.task.tolist() == [0] * 8
    assert batch.instructions == ("lift the square",) * 8
    assert batch.saliency_history["front_image"].shape == (8, 3, 24, 32)
    assert torch.equal(batch.saliency_history["front_image"][:, -1], batch.saliency["front_image"])
    assert batch.partner.images["front_image"].shape == (8, 3, 3, 24, 32)
    own = batch.images["front_image"][0]
    assert not any(torch.equal(own, other) for other in batch.partner.images["front_image"])
    assert batch.partner.saliency_history["front_image"].shape == (8, 3, 24, 32)
    assert batch.partner.saliency_history["front_image"].amax(dim=(1, 2, 3)).all()
    valid = torch.cat([b.saliency_valid["front_image"] for b in batches])
    bright = torch.cat([b.saliency["front_image"].amax(dim=(1, 2)) > 0 for b in batches])
    assert valid.sum() == 24
    assert torch.equal(valid, bright)


def test_what_all_may_learn_from_needs_no_mask(cache: Cache, small: TrainConfig) -> None:
    assert not next(source(cache, small, EVERYTHING).validation(np.arange(48))).saliency_valid


def test_partners_are_never_held_out(cache: Cache, small: TrainConfig) -> None:
    split = Split(np.arange(40), np.arange(40, 48))
    held_out = {i.tobytes() for i in cache.images("front_image", split.validation)}
    batches = list(source(cache, small, EVERYTHING).batches(split, 0, 0, 1))
    assert len(batches) == 6
    for batch in batches:
        pixels = (batch.partner.images["front_image"][:, 0] + 1) * 127.5
        shown = pixels.round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        assert not held_out & {np.ascontiguousarray(each).tobytes() for each in shown}


def test_partners_are_steps_in_much_the_same_state(cache: Cache, small: TrainConfig) -> None:
    # Each picture is the number of its step.
    numbers = np.arange(48, dtype=np.uint8).reshape(6, 8, 1, 1, 1)
    images = np.broadcast_to(numbers, (6, 8, 24, 32, 3))
    shards = [
        replace(shard, images={"front_image": seen})
        for shard, seen in zip(cache.shards, images, strict=True)
    ]
    made = source(replace(cache, shards=tuple(shards)), small, EVERYTHING)
    known = made.transform.beside(cache.proprioception).proprioception
    for batch in made.validation(np.arange(48)):
        shown = (batch.partner.images["front_image"][:, 0, 0, 0, 0] + 1) * 127.5
        near = (known[shown.round().long()] - batch.proprioception[:, 0]).norm(dim=1)
        far = (known - batch.proprioception).norm(dim=2).mean(dim=1)
        assert (near < 0.5 * far).all()


def test_a_partner_is_as_bright_as_its_sample(cache: Cache, small: TrainConfig) -> None:
    off = {"augmentation.brightness": 0.0, "augmentation.contrast": 0.0}
    bright, plain = (
        next(source(cache, changed, EVERYTHING).training(np.arange(48), 0, 0))
        for changed in (
            schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", {**off, **changes})
            for changes in ({"augmentation.brightness": 0.2}, {})
        )
    )
    # The median: at the ends of the range it is clamped.
    own, theirs = (
        (after["front_image"] - before["front_image"]).flatten(1).median(dim=1).values
        for after, before in (
            (bright.images, plain.images),
            (bright.partner.images, plain.partner.images),
        )
    )
    assert own.std() > 0.05
    torch.testing.assert_close(theirs, own)


def test_maps_of_cells_are_the_means_of_the_whole_ones(cache: Cache, small: TrainConfig) -> None:
    changes = {"data.saliency_ratio": 0.5, "optimizer.batch_size": 10}
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", changes)
    steps, cells = np.arange(len(cache.actions)), {"front_image": (6, 8)}
    several = source(cache, config, cells=cells)
    # In the second epoch all of them are known.
    for epoch in (0, 0, 1):
        whole = source(cache, config).training(steps, epoch, 0)
        for wanted, found in zip(whole, several.training(steps, epoch, 0), strict=True):
            maps = wanted.saliency["front_image"].view(-1, 6, 4, 8, 4)
            torch.testing.assert_close(found.saliency["front_image"], maps.mean(dim=(2, 4)))
            assert torch.equal(found.images["front_image"], wanted.images["front_image"])


@pytest.mark.parametrize(
    ("changes", "needs", "cells"),
    [
        ({"augmentation.shift": 2}, MAPS, (6, 8)),
        ({}, Needs(saliency=True, saliency_history=True), (6, 8)),
        ({}, MAPS, (5, 8)),
        ({}, MAPS, (1, 2)),
    ],
)
def test_whole_maps_come_where_those_of_cells_would_not_do(
    cache: Cache, small: TrainConfig, changes: dict, needs: Needs, cells: tuple[int, int]
) -> None:
    config = schema.parse(TrainConfig, schema.to_yaml(small), "x.yaml", changes)
    batches = source(cache, config, needs, cells={"front_image": cells})
    batch = next(batches.training(np.arange(48), epoch=0, start=0))
    assert batch.saliency["front_image"].shape[1:] == (24, 32)
