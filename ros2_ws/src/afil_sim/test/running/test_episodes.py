"""The world's episode protocol without ROS: counting, stamps, waiting, refusing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from afil_core import world_protocol as protocol
from afil_core.codecs import (
    decode,
    decode_clock,
    encode_float_array,
    encode_pose,
)
from afil_core.contract import load_contract
from afil_sim.running import demonstration
from afil_sim.running.demonstration import Demonstration
from afil_sim.running.environment import TaskEnv
from afil_sim.running.episodes import Episodes, EpisodesConfig
from afil_sim.running.pilot import ExpertPilot
from afil_sim.tasks import make_task

CONTRACT = load_contract("franka")
IMAGE = CONTRACT.stream("front_image")
EE_POSE = CONTRACT.stream("ee_pose")
COMMANDS = {c.name: c.topic for c in CONTRACT.interface()}
DOWN = np.array([0.5, 0.0, 0.25, 1.0, 0.0, 0.0, 0.0])


@pytest.fixture
def make_world():
    tasks = []

    def make(max_steps: int = 6, **config) -> Episodes:
        tasks.append(make_task(CONTRACT, max_steps=max_steps))
        return Episodes(tasks[-1], CONTRACT, EpisodesConfig(**config))

    yield make
    for task in tasks:
        task.close()


def stamp_of(messages: list[tuple[str, bytes]]) -> int:
    return decode_clock(dict(messages)[protocol.CLOCK_TOPIC])


def answer(world: Episodes, stamp_ns: int, pose: np.ndarray = DOWN) -> None:
    world.receive(COMMANDS["gripper"], encode_float_array([0.08]))
    world.receive(COMMANDS["pose"], encode_pose(pose, stamp_ns, "fr3_link0"))


def status_of(messages: list[tuple[str, bytes]]) -> protocol.EpisodeStatus:
    return protocol.EpisodeStatus.decode(dict(messages)[protocol.EPISODE_TOPIC])


def status_like(episode: int, seed: int, state: str) -> protocol.EpisodeStatus:
    """The status of an episode that has not gone anywhere yet."""
    words = "lift the small orange object"
    named = {"instruction": words, "task": "lift_carrot", "cue": "none"}
    return protocol.EpisodeStatus(episode, seed, state, False, 0, 0, **named)


def drive(world: Episodes, pilot: ExpertPilot) -> list[tuple[str, bytes]]:
    """Run the current episode with the expert; all messages of the world."""
    log, wall = [], 0.0
    while True:
        messages = world.poll(wall)
        assert messages, "the world waits although it was answered"
        log += messages
        for topic, cdr in messages:
            if topic == demonstration.TOPIC:
                for command in pilot.receive(cdr):
                    world.receive(*command)
        if messages[-1][0] == protocol.EPISODE_TOPIC and status_of(messages).done:
            return log
        wall += 0.001


def test_world_idles_until_it_is_reset(make_world):
    world = make_world()
    assert world.poll(0.0) == [] and world.poll(100.0) == []
    status = world.reset()
    assert (status.episode, status.seed, status.state) == (0, 0, "running")
    assert world.poll(100.0)


def test_one_step_per_answer_and_exact_counts(make_world):
    world = make_world(max_steps=4, first_seed=30)
    world.reset()
    messages = world.poll(0.0)
    assert status_of(messages) == status_like(0, 30, "running")
    images = 0
    while True:
        images += sum(topic == IMAGE.topic for topic, _ in messages)
        if protocol.EPISODE_TOPIC in dict(messages) and status_of(messages).done:
            break
        assert world.poll(0.5) == [], "it must wait for the answer"
        answer(world, stamp_of(messages))
        messages = world.poll(0.5)
    done = status_of(messages)
    assert done == replace(status_like(0, 30, "done"), steps=4, frames=5, score=done.score)
    assert images == 5
    assert world.timeouts == 0
    assert world.poll(99.0) == []


def test_frame_has_one_stamp_and_the_image_last(make_world):
    world = make_world()
    world.reset()
    messages = world.poll(0.0)
    topics = [topic for topic, _ in messages]
    assert topics[:2] == [protocol.EPISODE_TOPIC, protocol.CLOCK_TOPIC]
    assert topics[-1] == IMAGE.topic
    by_topic = dict(messages)
    stamps = {decode(s, by_topic[s.topic]).stamp_ns for s in CONTRACT.observations}
    shown = Demonstration.decode(by_topic[demonstration.TOPIC])
    assert stamps == {stamp_of(messages)} == {shown.stamp_ns}
    width = decode(CONTRACT.stream("gripper_width"), by_topic["/franka_gripper/joint_states"])
    assert width.value == pytest.approx([0.08], abs=1e-3)


def test_time_is_monotonic_and_episodes_lie_apart(make_world):
    world = make_world(max_steps=2)
    stamps = []
    for _ in range(2):
        world.reset()
        for _ in range(3):
            stamps.append(stamp_of(world.poll(0.0)))
            answer(world, stamps[-1])
    steps = np.diff(stamps)
    assert steps.tolist() == [10**8, 10**8, protocol.EPISODE_GAP_NS, 10**8, 10**8]


def test_half_an_answer_or_an_old_one_does_not_move_the_world(make_world):
    world = make_world()
    world.reset()
    first = stamp_of(world.poll(0.0))
    world.receive(COMMANDS["gripper"], encode_float_array([0.08]))
    assert world.poll(0.1) == []
    world.receive(COMMANDS["pose"], encode_pose(DOWN, first - 1, "fr3_link0"))
    assert world.poll(0.1) == []
    world.receive(COMMANDS["pose"], encode_pose(DOWN, first, "fr3_link0"))
    second = stamp_of(world.poll(0.1))
    assert second == first + CONTRACT.period_ns
    # The gripper's command must be a fresh one for each frame, the pose's as well.
    world.receive(COMMANDS["pose"], encode_pose(DOWN, second, "fr3_link0"))
    assert world.poll(0.1) == []


def test_without_an_answer_the_last_target_is_held_and_counted(make_world):
    world = make_world(command_timeout_s=0.5)
    world.reset()
    world.poll(10.0)
    assert world.poll(10.4) == []
    start = decode(EE_POSE, dict(world.poll(10.6))[EE_POSE.topic]).value
    assert world.timeouts == 1
    assert world.poll(11.0) == []
    later = decode(EE_POSE, dict(world.poll(11.2))[EE_POSE.topic]).value
    assert world.timeouts == 2
    assert world.status.timeouts == 2
    world.reset()
    assert world.status.timeouts == 0
    np.testing.assert_allclose(later, start, atol=1e-3)


@pytest.mark.parametrize(
    ("role", "cdr", "reason"),
    [
        ("gripper", encode_float_array([0.1, 0.2]), "one number, not 2"),
        ("gripper", encode_float_array([np.nan]), "gripper command is nan"),
        ("pose", encode_pose(DOWN * [np.inf, 1, 1, 1, 1, 1, 1], 2**40, "fr3_link0"), "not finite"),
        ("pose", encode_pose(DOWN * [1, 1, 1, 0, 1, 1, 1], 2**40, "fr3_link0"), "quaternion"),
        ("pose", b"\x00\x01\x00\x00nonsense", "/target_pose"),
    ],
)
def test_commands_that_are_none_are_refused_in_a_sentence(make_world, role, cdr, reason):
    world = make_world()
    world.reset()
    world.poll(0.0)
    problem = world.receive(COMMANDS[role], cdr)
    assert problem is not None and COMMANDS[role] in problem and reason in problem
    other = {"gripper": "pose", "pose": "gripper"}[role]
    good = {"pose": encode_pose(DOWN, 2**40, "fr3_link0"), "gripper": encode_float_array([0.08])}
    assert world.receive(COMMANDS[other], good[other]) is None
    assert world.poll(0.1) == [], "a refused command is no answer"


def test_real_time_keeps_the_wall_rate_and_waits_for_nobody(make_world):
    world = make_world(mode="real_time", max_steps=20)
    world.reset()
    world.poll(0.0)
    frames = sum(bool(world.poll(ms / 1000.0)) for ms in range(1, 1001, 7))
    assert 9 <= frames <= 10
    world.poll(5.0)
    assert world.poll(5.01) == [], "no burst after a pause"


def test_real_time_obeys_the_newest_command(make_world):
    world = make_world(mode="real_time", max_steps=20)
    world.reset()
    world.poll(0.0)
    world.receive(COMMANDS["pose"], encode_pose(DOWN + [0, 0, 0.1, 0, 0, 0, 0], 0, "fr3_link0"))
    for k in range(12):
        messages = world.poll(0.1 * k + 0.1001)
    reached = decode(EE_POSE, dict(messages)[EE_POSE.topic]).value
    np.testing.assert_allclose(reached[:3], [0.5, 0.0, 0.35], atol=0.01)


def test_auto_reset_goes_on_to_the_next_seed(make_world):
    world = make_world(max_steps=1, auto_reset=True, command_timeout_s=0.1)
    statuses = []
    for k in range(20):
        messages = world.poll(k * 0.2)
        statuses += [status_of(messages)] if protocol.EPISODE_TOPIC in dict(messages) else []
    assert [(s.seed, s.state) for s in statuses[:4]] == [
        (0, "running"),
        (0, "done"),
        (1, "running"),
        (1, "done"),
    ]


def test_reset_gives_an_unfinished_episode_up(make_world):
    world = make_world()
    world.reset()
    answer(world, stamp_of(world.poll(0.0)))
    world.poll(0.0)
    assert world.reset().seed == 1
    assert status_of(world.poll(0.0)) == status_like(1, 1, "running")


def test_expert_over_messages_does_exactly_what_it_does_in_the_environment(make_world):
    world, pilot = make_world(max_steps=70, first_seed=11), ExpertPilot(CONTRACT)
    env = TaskEnv("lift_carrot")
    for seed in (11, 12):
        world.reset()
        log = drive(world, pilot)
        status = status_of(log)
        assert status.success and status.seed == seed
        images = [decode(IMAGE, cdr).value for topic, cdr in log if topic == IMAGE.topic]
        assert len(images) == status.frames == status.steps + 1
        observation, info = env.reset(seed=seed)
        expected = [observation["front_image"]]
        while not info["success"]:
            observation, *_, info = env.step(info["expert_action"])
            expected.append(observation["front_image"])
        np.testing.assert_array_equal(images, expected)
    env.close()


def test_expert_shows_commands_within_reach_until_the_episode_is_over(make_world):
    world = make_world(max_steps=2)
    world.reset()
    messages = world.poll(0.0)
    ee_pose = decode(EE_POSE, dict(messages)[EE_POSE.topic]).value
    shown = Demonstration.decode(dict(messages)[demonstration.TOPIC])
    assert 0 < np.linalg.norm(shown.commands["pose"][:3] - ee_pose[:3]) < 0.03
    assert shown.commands["gripper"].tolist() == [0.08]
    for _ in range(2):
        assert demonstration.TOPIC in dict(messages)
        answer(world, stamp_of(messages))
        messages = world.poll(0.0)
    assert status_of(messages).done and demonstration.TOPIC not in dict(messages)


def test_status_tells_the_score(make_world):
    world = make_world(max_steps=70, first_seed=3)
    world.reset()
    log = drive(world, ExpertPilot(CONTRACT))
    first = next(status_of([m]) for m in log if m[0] == protocol.EPISODE_TOPIC)
    assert first.score < 0.1 and status_of(log).score == 1.0


def test_first_frame_waits_for_its_readers_and_no_longer_than_it_should(make_world):
    world = make_world(reader_timeout_s=2.0)
    world.reset()
    late = "a reader of /camera is known and not connected"
    assert world.poll(10.0, lambda: late) == []
    assert world.poll(11.9, lambda: late) == []
    assert world.poll(11.95, lambda: "") and not world.missing
    world.reset()
    assert world.poll(20.0, lambda: late) == []
    assert world.poll(22.0, lambda: late), "the time limit"
    assert world.missing == late
    answer(world, 2**50)
    assert world.poll(22.1, lambda: late), "later frames wait for commands alone"
