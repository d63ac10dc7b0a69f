from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from afil_core import schema
from afil_core.commander import COMMANDER_TYPE, LATCHED, Commander, encode_commander
from afil_core.contract import Contract
from afil_core.episodes import EpisodeWriter
from afil_core.episodes.metadata import EPISODE_FILE, read_metadata
from afil_core.errors import AfilError
from afil_core.testing import record_franka
from afil_core.testing.episodes import fill
from afil_policy.data.cache import open_cache
from afil_policy.data.config import DataConfig
from afil_policy.data.selection import select
from afil_policy.data.split import epoch_order, epoch_size, split_by_episode

CONFIG = DataConfig(height=24, width=32)
TICK_NS = 100_000_000


def flag(episode: Path, *problems: str) -> None:
    metadata = read_metadata(episode).model_copy(update={"problems": problems})
    (episode / EPISODE_FILE).write_text(metadata.to_yaml())


def test_failed_and_flagged_episodes_are_named_and_used_as_the_configuration_says(
    tmp_path: Path,
) -> None:
    for success in (True, False, True):
        path = record_franka(tmp_path, success=success)
    flag(path, "a second publisher on /gripper")
    chosen, said = select(tmp_path, CONFIG)
    assert [s.episode.path.name for s in chosen] == ["episode_000000", "episode_000002"]
    assert "1 of 3 failed, left out: episode_000001" in said[0]
    assert "episode_000002 is flagged, used (data.flagged): a second publisher" in said[1]
    strict = CONFIG.model_copy(update={"flagged": "leave_out"})
    chosen, said = select(tmp_path, strict)
    assert [s.episode.path.name for s in chosen] == ["episode_000000"]
    assert "flagged, left out" in said[1]
    flag(tmp_path / "episode_000000", "a camera died")
    with pytest.raises(AfilError, match=r"flagged; set data\.flagged to use"):
        select(tmp_path, strict)


def test_datasets_are_mixed_by_their_weights(tmp_path: Path) -> None:
    for dataset, steps in (("much", 12), ("little", 6)):
        record_franka(tmp_path / dataset, steps)
    weights = {tmp_path / "much": 0.5, tmp_path / "little": 2.0}
    cache = open_cache(weights, CONFIG, tmp_path / "cache", needs_saliency=False)
    indices = np.arange(len(cache.actions))
    counts = [s.index.steps for s in cache.shards]
    orders = [epoch_order(cache, indices, 0, epoch) for epoch in range(40)]
    assert {len(order) for order in orders} == {epoch_size(cache, indices)}
    drawn = np.bincount(orders[0], minlength=len(indices))
    assert drawn[: counts[0]].sum() == round(0.5 * counts[0])
    assert drawn[: counts[0]].max() == 1
    assert (drawn[counts[0] :] == 2).all()
    every = sum(np.bincount(order, minlength=len(indices)) for order in orders)
    assert (every > 0).all(), "each step comes in some epoch"
    alone = open_cache(tmp_path / "much", CONFIG, tmp_path / "cache", needs_saliency=False)
    assert alone.dataset_sha256 != cache.dataset_sha256


def test_instructions_are_counted_in_the_order_of_the_alphabet(
    tmp_path: Path, contract: Contract
) -> None:
    for words in ("pull the pot", "lift the carrot", "pull the pot"):
        writer = EpisodeWriter(tmp_path, contract, words)
        fill(writer, 4)
        writer.save(True)
    cache = open_cache(tmp_path, CONFIG, tmp_path / "cache", needs_saliency=False)
    assert cache.tasks == ("lift the carrot", "pull the pot")
    firsts = np.searchsorted(cache.episodes, [0, 1, 2])
    assert cache.task[firsts].tolist() == [1, 0, 1]


@pytest.fixture
def corrected(tmp_path: Path, contract: Contract) -> Path:
    """A demonstration, and a run of a policy in which a person took over for a while."""
    record_franka(tmp_path / "demos", 10)
    writer = EpisodeWriter(tmp_path / "demos", contract, "lift the orange carrot")
    ((topic, (_, _)),) = contract.commander_topics().items()
    writer.add_topic(topic, COMMANDER_TYPE, LATCHED)
    begin = 1_000_000_000
    said = {0: Commander.POLICY, 4: Commander.HUMAN, 8: Commander.POLICY}
    for tick, commander in said.items():
        # Between the command of the tick before and the tick's own.
        before = begin + tick * TICK_NS - TICK_NS // 2
        writer.write(topic, encode_commander(commander), before)
    fill(writer, 10)
    writer.save(True)
    return tmp_path / "demos"


@pytest.mark.parametrize(
    ("learn_from", "demonstration", "correction"),
    [("demonstrated", True, "human"), ("corrections", False, "human"), ("all", True, "all")],
)
def test_of_a_policys_run_what_a_person_did_is_learned(
    corrected: Path, tmp_path: Path, learn_from: str, demonstration: bool, correction: str
) -> None:
    config = schema.parse(DataConfig, f"{{height: 24, width: 32, learn_from: {learn_from}}}", "x")
    cache = open_cache(corrected, config, tmp_path / "cache", needs_saliency=False)
    own = cache.episodes == 0
    assert cache.learnable[own].all() == demonstration
    shared = cache.learnable[~own].tolist()
    if correction == "all":
        handovers = [k for k, learned in enumerate(shared) if not learned]
        assert handovers == [4, 8], "from the one's target to the other's"
        return
    human = [k for k, learned in enumerate(shared) if learned]
    assert human == [5, 6, 7] and "2 of 10 ticks left out" in cache.left_out[-1]
    split = split_by_episode(cache, 0.0, seed=0)
    assert set(split.training) == set(np.flatnonzero(cache.learnable))
    last = np.flatnonzero(~own)[human[-1]]
    _, mask = cache.chunk(np.array([last]), 3)
    assert mask.tolist() == [[True, False, False]], "what the policy did then is no target"
    history, _ = cache.history(np.array([last]), 6)
    assert history[0, 0] == last - 5, "what was seen before the take-over is seen"


def test_corrections_alone_of_plain_demonstrations_are_refused(
    tmp_path: Path, write_episode: Callable[..., Path]
) -> None:
    write_episode(tmp_path / "demos", 100)
    config = CONFIG.model_copy(update={"learn_from": "corrections"})
    cache = open_cache(tmp_path / "demos", config, tmp_path / "cache", needs_saliency=False)
    with pytest.raises(AfilError, match=r"data\.learn_from 'corrections'"):
        split_by_episode(cache, 0.0, seed=0)
