from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

from afil_core.contract import Contract
from afil_core.episodes import Episode
from afil_policy.data.config import DataConfig
from afil_policy.data.preparation import Preparation
from afil_policy.data.shard_writer import write_shard
from afil_policy.data.shards import open_shard


def test_memory_does_not_grow_with_the_length_of_an_episode(
    tmp_path: Path, write_episode: Callable[..., Path], contract: Contract
) -> None:
    transform = Preparation(DataConfig(height=24, width=32), contract)
    peaks = []
    for steps in (8, 16, 128):  # the first one pays for what is imported
        episode = Episode(write_episode(tmp_path / "demos", 100, steps=steps))
        tracemalloc.start()
        write_shard(tmp_path / str(steps), episode, transform, "saliency")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        shard = open_shard(tmp_path / str(steps), transform.stored)
        assert shard is not None
        assert shard.images["front_image"].shape == (steps, 24, 32, 3)
    frame = 240 * 320 * 3
    assert peaks[2] - peaks[1] < 8 * frame, f"peaks in bytes: {peaks}"


def test_what_is_mapped_cannot_be_written(
    tmp_path: Path, write_episode: Callable[..., Path], contract: Contract
) -> None:
    transform = Preparation(DataConfig(height=24, width=32), contract)
    episode = Episode(write_episode(tmp_path / "demos", 100))
    write_shard(tmp_path / "x", episode, transform, "saliency")
    shard = open_shard(tmp_path / "x", transform.stored)
    assert shard is not None
    assert not shard.images["front_image"].flags.writeable
    assert not shard.saliency["front_image"].flags.writeable
    assert open_shard(tmp_path / "nowhere", transform.stored) is None
