"""World and task of the toy package: an episode over topics, and behind Gymnasium."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_sim.environments import make_environment
from afil_sim.running import demonstration
from afil_sim.running.environment import TaskEnv
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.gym_contract import gym_contract
from afil_sim.running.pilot import ExpertPilot
from afil_sim.running.registration import register_environments
from afil_sim.tasks import find_task, make_task, robots
from afil_sim.tasks.drive import Drive
from afil_sim.worlds import WORLDS


@pytest.fixture
def task(contract):
    return make_task(contract, noise=0.05)


def episode(task, contract, seed: int):
    """All messages of an episode that the expert drives; the first and the last status."""
    world, pilot = Episodes(task, contract, EpisodesConfig(first_seed=seed)), ExpertPilot(contract)
    world.reset()
    log: list[tuple[str, bytes]] = []
    statuses: list[protocol.EpisodeStatus] = []
    while not (statuses and statuses[-1].done):
        messages = world.poll(0.0)
        assert messages, "the world waits although it was answered"
        log += messages
        for topic, cdr in messages:
            if topic == protocol.EPISODE_TOPIC:
                statuses.append(protocol.EpisodeStatus.decode(cdr))
            if topic == demonstration.TOPIC:
                for command in pilot.receive(cdr):
                    assert world.receive(*command) is None
    return log, statuses[0], statuses[-1]


def test_world(task, contract) -> None:
    task.reset(3)
    body = task.world.body
    start = body.observe()["heading"]
    body.act(np.array([9.0]))
    task.world.advance()
    np.testing.assert_allclose(body.observe()["heading"], start + 0.2, atol=1e-9)
    assert body.observe()["top_image"].shape == (32, 48, 3)
    body.hold()
    task.world.advance()
    np.testing.assert_allclose(body.observe()["heading"], start + 0.2, atol=1e-9)
    slow = make_task(contract, world={"name": "turntable", "friction": 0.5})
    slow.reset(3)
    slow.world.body.act(np.array([9.0]))
    slow.world.advance()
    np.testing.assert_allclose(slow.world.body.observe()["heading"], start + 0.1, atol=1e-9)


def test_task(task, contract) -> None:
    log, first, last = episode(task, contract, seed=3)
    assert first.instruction == "turn the white mark to the top" and not first.success
    assert last.success and last.score > 0.95 > first.score
    assert last.timeouts == 0 and last.frames == last.steps + 1
    stream = contract.stream("heading")
    headings = [stream.decode(cdr).value[0] for topic, cdr in log if topic == stream.topic]
    assert len(headings) == last.frames and abs(headings[-1]) < 0.1 < abs(headings[0])
    again, _, _ = episode(make_task(contract, noise=0.05), contract, seed=3)
    assert again == log, "the same seed, the same bytes"


def test_a_task_is_found_by_its_robot() -> None:
    assert robots()["turntable"] == ["face_up"] and find_task("turntable") == "face_up"
    with pytest.raises(AfilError, match="task 'face_up' is not one of robot 'franka'"):
        find_task("franka", "face_up")


def test_a_task_refuses_a_cue_that_it_does_not_paint(contract) -> None:
    with pytest.raises(AfilError, match="task face_up: cue is 'intact', but must be one of none"):
        make_task(contract, cue="intact")


def test_a_task_is_a_gymnasium_environment(contract) -> None:
    register_environments()
    env = gymnasium.make("afil_sim/FaceUp-v0", contract=contract, max_steps=2)
    assert isinstance(env.unwrapped, TaskEnv)
    seen, info = env.reset(seed=3)
    assert set(seen) == {"heading", "top_image"} and info["score"] < 0.95
    assert not env.step(info["expert_action"])[3] and env.step(np.zeros(1))[3]


def test_environment():
    made = make_environment("turntable/Spin-v0", {"size": (24, 32), "action_repeat": 2})
    contract = gym_contract(made)
    assert contract.stream("disc").labels == ("heading",) and contract.control_rate_hz == 5.0
    task = make_task(contract, cue="intact", noise=0.1)
    assert task.config.instruction == "turn the white mark to the top"
    seen = task.reset(3)
    assert seen["image"].shape == (24, 32, 3) and not task.success
    while not task.done:
        task.world.body.act(task.demonstration())
        task.step()
    assert task.success and task.score > 0.95 and task.steps < 20


@pytest.mark.parametrize("routes", ["seen", "unseen"])
def test_scenario(routes):
    world = WORLDS.select("town", draws=False)
    config = Drive.Config(world=world, scenarios=("lost_box",), routes=routes)
    task = Drive(config, "drive", load_contract("carla"))
    task.reset(0)
    waited = 0
    while not task.done:
        task.world.body.act(task.demonstration())
        task.step()
        waited += task.world.car.speed < 0.1 and 30 < task.referee.s < 60
    assert waited > 20 and task.score == 1.0
