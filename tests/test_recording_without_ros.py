"""World, expert and recorder joined without ROS: what the topics carry is deterministic."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afil_core import messages
from afil_core import world_protocol as protocol
from afil_core.bags import read_bag
from afil_core.contract import load_contract
from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.saliency import Sidecar
from afil_sim.running import demonstration
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.oracle import FOLDER, write_oracle
from afil_sim.running.pilot import ExpertPilot
from afil_sim.tasks import make_task
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings

CLOCK = "rosgraph_msgs/msg/Clock"
# Each with the middle of an episode, a cue and noise.
WORLDS: dict[str, dict[str, Any]] = {
    "franka": {"seed": 7, "max_steps": 40},
    "carla": {"seed": 2, "max_steps": 40, "noise": 0.1},
}


def record(dataset, *, seed, robot="franka", cue="intact", noise=0.008, **options):
    """One expert episode; answers its folder and the world's last status."""
    contract = load_contract(robot)
    task = make_task(contract, cue=cue, noise=noise, **options)
    world = Episodes(task, contract, EpisodesConfig(first_seed=seed))
    pilot = ExpertPilot(contract)
    recorder = EpisodeRecorder(
        RecordingSettings(dataset, contract, "expert", "lock_step", {}), task.config.instruction
    )
    recorder.start()
    sent = itertools.count()
    world.reset()
    status, now_ns = world.status, 0
    try:
        while not (status.done and status.frames):
            for topic, cdr in world.poll(0.0):
                if topic == protocol.CLOCK_TOPIC:
                    now_ns = messages.stamp_to_ns(messages.deserialize(cdr, CLOCK).clock)
                if topic in contract.topics():
                    recorder.receive(topic, cdr, now_ns, next(sent))
                if topic == protocol.EPISODE_TOPIC:
                    status = protocol.EpisodeStatus.decode(cdr)
                for command_topic, command in (
                    pilot.receive(cdr) if topic == demonstration.TOPIC else []
                ):
                    if command_topic in contract.topics():
                        recorder.receive(command_topic, command, now_ns, next(sent))
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


def elsewhere(folder, robot):
    """A process of its own that records an episode of ``WORLDS``."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); "
        "from test_recording_without_ros import WORLDS, record; "
        "record(Path(sys.argv[2]), robot=sys.argv[3], **WORLDS[sys.argv[3]])"
    )
    words = [str(Path(__file__).parent), str(folder), robot]
    return subprocess.Popen([sys.executable, "-c", code, *words])


def images(path):
    episode = Episode(path)
    return [step.observations[episode.contract.anchor] for step in episode.steps()]


def test_a_seed_gives_the_same_bytes_in_any_process_and_after_any_other(tmp_path):
    process = elsewhere(tmp_path / "there", "franka")
    before, _ = record(tmp_path / "before", seed=8, max_steps=5)
    path, _ = record(tmp_path / "here", **WORLDS["franka"])
    assert process.wait(timeout=120) == 0
    assert list(read_bag(path)) == list(read_bag(tmp_path / "there" / "episode_000000"))
    seen = images(path)
    assert len(seen) >= 38
    assert len({i.tobytes() for i in seen}) > len(seen) / 2, "and it moves"
    assert not np.array_equal(seen[0], images(before)[0]), "another seed is another episode"


def test_two_processes_record_the_same_drive(tmp_path):
    processes = [elsewhere(tmp_path / name, "carla") for name in ("a", "b")]
    assert [p.wait(timeout=120) for p in processes] == [0, 0]
    first, second = (tmp_path / name / "episode_000000" for name in ("a", "b"))
    assert list(read_bag(first)) == list(read_bag(second))
    seen = images(first)
    assert len(seen) >= 38
    assert len({i.tobytes() for i in seen}) > len(seen) / 2, "and it moves"


def test_a_drive_is_driven_again_for_what_matters_in_it(tmp_path):
    path, status = record(tmp_path / "demos", robot="carla", seed=0, noise=0.1, max_steps=60)
    episode = Episode(path)
    written = write_oracle(episode)
    assert written is not None and written.frames == status.frames
    assert write_oracle(episode) is None, "it is there"
    sidecar = Sidecar(path, FOLDER)
    image = episode.contract.stream(episode.contract.anchor).topic
    found = list(sidecar.key_objects(image))
    assert sum(bool(objects) for _, objects in found) == written.frames_with_objects > 0
    maps = list(sidecar.maps(image))
    assert [stamp for stamp, _ in maps] == [stamp for stamp, _ in found]
    assert all((m.max() > 200) == bool(o) for (_, m), (_, o) in zip(maps, found, strict=True))
    assert "oracle" in sidecar.provenance.sentence()


def test_an_episode_that_cannot_be_driven_again_is_refused(tmp_path):
    path, _ = record(tmp_path / "arm", seed=1, max_steps=5)
    with pytest.raises(AfilError, match="does not say in every frame what was applied"):
        write_oracle(Episode(path))
