"""World, expert and recorder joined without ROS: what the topics carry is deterministic."""

from __future__ import annotations

import itertools

import pytest

from afil_core import world_protocol as protocol
from afil_core.bags import read_bag
from afil_core.contract import load_contract
from afil_core.episodes import Episode
from afil_sim.running import demonstration
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.pilot import ExpertPilot
from afil_sim.tasks import make_task
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings


def record(dataset, *, seed, cue="intact", noise=0.008):
    """One expert episode; answers its folder and the world's last status."""
    contract = load_contract("franka")
    task = make_task(contract, "lift_carrot", cue=cue, noise=noise)
    world = Episodes(task, contract, EpisodesConfig(first_seed=seed))
    pilot = ExpertPilot(contract)
    recorder = EpisodeRecorder(
        RecordingSettings(dataset, contract, "expert", "lock_step", {}), task.config.instruction
    )
    recorder.start()
    sent = itertools.count()
    world.reset()
    status = world.status
    try:
        while not (status.done and status.frames):
            for topic, cdr in world.poll(0.0):
                if topic in contract.topics():
                    recorder.receive(topic, cdr, 0, next(sent))
                if topic == protocol.EPISODE_TOPIC:
                    status = protocol.EpisodeStatus.decode(cdr)
                for command_topic, command in (
                    pilot.receive(cdr) if topic == demonstration.TOPIC else []
                ):
                    recorder.receive(command_topic, command, 0, next(sent))
                    world.receive(command_topic, command)
    finally:
        task.close()
    assert recorder.frames == status.frames
    return recorder.save(success=status.success, seed=status.seed), status


def test_an_expert_episode_becomes_aligned_steps_of_the_contract(tmp_path):
    path, status = record(tmp_path / "demos", seed=3)
    assert status.success
    episode = Episode(path)
    steps = list(episode.steps())
    assert len(steps) == status.frames
    assert set(steps[0].observations) == {s.name for s in episode.contract.observations}
    first, last = steps[0].action, steps[-1].action
    assert first.shape == (7,)
    assert first[2] < 0 and first[6] == pytest.approx(0.08), "the open hand goes down first"
    assert last[6] < 0.03, "and holds the object at the end"


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    first, _ = record(tmp_path / "a", seed=7)
    second, _ = record(tmp_path / "b", seed=7)
    assert list(read_bag(first)) == list(read_bag(second))
    other, _ = record(tmp_path / "c", seed=8)
    assert list(read_bag(first)) != list(read_bag(other))
