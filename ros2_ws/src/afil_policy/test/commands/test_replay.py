"""The deployed path on recorded episodes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from afil_core.contract import Contract
from afil_core.episodes import Episode, list_episodes
from afil_policy.commands import replay as command
from afil_policy.deploy.runner import PolicyRunner
from afil_policy.evaluation.replay import replay
from afil_policy.training.config import TrainConfig


@pytest.fixture(scope="module")
def checkpoint(
    tmp_path_factory: pytest.TempPathFactory,
    write_checkpoint: Callable[..., Path],
    small: TrainConfig,
    contract: Contract,
) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("run") / "checkpoint", small, contract)


def test_the_deployed_path_sees_what_training_reads_and_answers_each_step(
    dataset: Path, checkpoint: Path
) -> None:
    episode = list_episodes(dataset)[0]
    found = replay(episode, PolicyRunner(checkpoint, episode.contract))
    assert found.is_same
    assert found.commands == found.steps == len(list(episode.steps()))
    assert len(found.errors) == found.steps
    assert found.latency["inference"] is not None
    assert found.refused == {}


def test_a_step_that_the_live_node_would_refuse_is_refused_and_told(
    tmp_path: Path, write_episode: Callable[..., Path], checkpoint: Path
) -> None:
    episode = Episode(write_episode(tmp_path, 100, broken=(3,), saliency=False))
    found = replay(episode, PolicyRunner(checkpoint, episode.contract))
    assert sum(found.refused.values()) >= 1
    assert found.commands == 7


def test_the_command_tells_errors_latency_and_parity(
    dataset: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    words = ["replay", str(dataset), "--checkpoint", str(checkpoint)]
    monkeypatch.setattr("sys.argv", words)
    assert command.main() == 0
    said = capsys.readouterr().out
    assert "bit for bit; decisions differ by 0 at most" in said
    assert "action error" in said and "inference: p50" in said
    monkeypatch.setattr("sys.argv", ["replay", str(dataset / "nowhere")])
    assert command.main() == 2
