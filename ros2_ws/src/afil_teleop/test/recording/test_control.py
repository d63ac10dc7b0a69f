"""A recording session as a whole, without ROS."""

import logging

import numpy as np
import pytest

from afil_core.bags import OfferedQos
from afil_core.commander import Commander, encode_commander
from afil_core.episodes import list_episodes, list_set_aside
from afil_core.errors import AfilError
from afil_core.testing import HOME, changed
from afil_core.topics import Qos
from afil_core.world_protocol import EPISODE_TOPIC, EPISODE_TYPE, EpisodeStatus
from afil_teleop.recording.control import RecordingControl
from afil_teleop.recording.graph import Publisher
from afil_teleop.recording.parameters import RecordParameters
from afil_teleop.recording.session import Phase
from afil_teleop.recording.world import ResetAnswer

S = 1_000_000_000
START_NS = 1_700_000_000 * S
IMAGE = "/camera/camera/color/image_raw"


class Service:
    """The world's reset, as far as a session sees it."""

    def __init__(self):
        self.ready = True
        self.asked = []

    def is_ready(self):
        return self.ready

    def call(self, answered):
        self.asked.append(answered)

    def answer(self, *given):
        self.asked[-1](ResetAnswer(*given))


class Wire:
    """Nothing is reset."""

    def prepare(self, topics, services):
        pass


class Bench:
    """A session in front of a robot on paper."""

    def __init__(self, tmp_path, contract, **given):
        self.reset = Service()
        self.lines: list[tuple[int, str]] = []
        parameters = RecordParameters(dataset=str(tmp_path / "demos"), **given)
        self.control = RecordingControl(
            parameters,
            contract,
            self.reset,
            Wire(),
            lambda level, line: self.lines.append((level, line)),
            sim_time=False,
        )
        self.now_ns = START_NS
        self.graph = {
            topic: (Publisher("/driver", kind, OfferedQos(1, 2)),)
            for topic, (kind, _) in contract.topics().items()
        }
        self.control.know(self.graph)

    def play(self, seconds, robot, without=(), pose=HOME):
        for _ in range(round(seconds * 10)):
            self.now_ns += S // 10
            shade = np.full((240, 320, 3), self.now_ns // (S // 10) % 200, np.uint8)
            sent = robot.by_topic(self.now_ns, {"front_image": shade})
            for topic, cdr in [*sent, *robot.command(self.now_ns, pose)]:
                if topic not in without:
                    self.control.received(topic, cdr, self.now_ns, self.now_ns, self.now_ns)
            self.control.look(self.now_ns, self.now_ns)

    def said(self, level):
        return [line for at, line in self.lines if at == level]


@pytest.fixture
def bench(tmp_path, franka):
    return Bench(tmp_path, franka, instruction="lift it")


def test_an_alarm_is_said_once_when_it_begins_and_once_when_it_ends(bench, robot, tmp_path):
    bench.play(2, robot)
    assert bench.control.session.start().accepted
    bench.play(1, robot)
    bench.play(2, robot, without=(IMAGE,))
    (alarm,) = bench.said(logging.ERROR)
    assert f"{IMAGE} has been silent" in alarm
    bench.play(1, robot)
    assert len(bench.said(logging.ERROR)) == 1
    assert any("no longer" in line and "2.0 s" in line for line in bench.said(logging.INFO))
    assert bench.control.session.save(success=True).accepted, (
        "it came back: the ticks are left out"
    )
    (episode,) = list_episodes(tmp_path / "demos")
    assert "silent for 2.0 s" in episode.metadata.problems[0]
    assert episode.metadata.topics[IMAGE].max_gap_s == pytest.approx(2.1)


def test_a_refused_start_forgets_nothing_of_what_was_wrong(bench, robot):
    """Pressing the key again at once must not start it."""
    bench.play(2, robot)
    cdr = dict(robot.command(bench.now_ns, HOME))["/target_pose"]
    bench.control.received(
        "/target_pose", cdr[:4] + bytes(8) + cdr[12:], bench.now_ns, bench.now_ns, bench.now_ns
    )
    for _ in range(2):
        answer = bench.control.session.start()
        assert not answer.accepted and "stamp 0" in answer.message
    bench.play(2, robot)
    assert bench.control.session.start().accepted


def test_a_second_publisher_in_an_episode_costs_its_success(bench, robot, tmp_path):
    bench.play(2, robot)
    bench.control.session.start()
    bench.play(1, robot)
    twice = {**bench.graph, "/target_pose": bench.graph["/target_pose"] * 2}
    bench.control.know(twice)
    bench.play(0.1, robot)
    bench.control.know(bench.graph)
    bench.play(1, robot)
    refused = bench.control.session.save(success=True)
    assert not refused.accepted and "2 nodes publish /target_pose" in refused.message
    (episode,) = list_set_aside(tmp_path / "demos")
    assert episode.metadata.success is True and len(episode.metadata.problems) == 1
    assert "2 nodes publish /target_pose" in episode.metadata.set_aside[0]
    assert bench.control.session.keep().accepted
    assert [e.metadata.set_aside for e in list_episodes(tmp_path / "demos")] == [
        episode.metadata.set_aside
    ]
    assert bench.control.session.start().accepted
    bench.play(1, robot)
    assert bench.control.session.save(success=True).accepted, "the next episode starts afresh"


def test_pre_flight_says_what_is_missing_of_the_extra_topics_and_starts(bench, robot):
    bench.play(2, robot)
    assert bench.control.session.start().accepted
    assert any("/tf_static" in line for line in bench.said(logging.WARNING))


def test_extra_topics_are_subscribed_once_their_type_is_known(tmp_path, franka):
    contract = changed(franka, {"extra_topics": {"/notes": {}, "/faces": {}}})
    bench = Bench(tmp_path, contract, instruction="lift it")
    assert bench.control.know(bench.graph) == []
    note = Publisher("/person", "std_msgs/msg/String", OfferedQos(1, 2))
    face = Publisher("/person", "no_such_msgs/msg/Face", OfferedQos(1, 2))
    graph = {**bench.graph, "/notes": (note,), "/faces": (face,)}
    assert bench.control.know(graph) == [("/notes", "std_msgs/msg/String", Qos())]
    assert bench.control.know(graph) == []
    (warning,) = bench.said(logging.WARNING)
    assert "/faces is not recorded" in warning and "no_such_msgs" in warning


def test_an_open_episode_is_left_readable_at_the_end(bench, robot):
    bench.play(2, robot)
    bench.control.session.start()
    bench.play(1, robot)
    bench.control.close()
    (line,) = [w for w in bench.said(logging.WARNING) if "not saved" in w]
    assert ".partial/episode_000000" in line


def test_what_an_earlier_recorder_left_can_be_kept(bench, robot, tmp_path, franka):
    bench.play(2, robot)
    bench.control.session.start()
    bench.play(1, robot)
    bench.control.close()
    later = Bench(tmp_path, franka, instruction="lift it")
    assert any("set_aside/episode_000000" in line for line in later.said(logging.WARNING))
    assert later.control.session.keep().accepted
    later.control.close()
    assert "episode_000000   not said" in later.said(logging.INFO)[-1]
    (episode,) = list_episodes(tmp_path / "demos")
    assert episode.metadata.success is None and "interrupted" in episode.metadata.set_aside[0]


def test_the_world_tells_the_words_of_the_task(tmp_path, franka, robot):
    bench = Bench(tmp_path, franka, world="real_time")
    assert bench.control.session.start().accepted and len(bench.reset.asked) == 1
    world = bench.control.world
    bench.reset.answer(True, "", 0, "lift the carrot", "lift_carrot")
    world.tick(0.0)
    world.status_received(EpisodeStatus(0, 7, "running", False, 0, 0).encode())
    bench.play(2, robot)
    assert bench.control.session.save(success=True).accepted
    (episode,) = list_episodes(tmp_path / "demos")
    assert (episode.metadata.instruction, episode.metadata.seed) == ("lift the carrot", 7)
    assert episode.metadata.notes == {"task": "lift_carrot"}

    cut_off = Bench(tmp_path, franka, world="real_time")
    cut_off.control.session.start()
    cut_off.reset.answer(True, "", 0, "lift the carrot", "lift_carrot")
    cut_off.control.world.tick(0.0)
    cut_off.play(1, robot)
    cut_off.control.recorder.leave()
    other = Bench(tmp_path, franka, world="real_time")
    (cut,) = list_set_aside(tmp_path / "demos")
    assert cut.metadata.instruction == "lift the carrot", "the draft knows it"
    other.control.session.start()
    other.reset.answer(True, "", 0, "push the cube", "push")
    with pytest.raises(AfilError, match="'lift the carrot', not 'push the cube'"):
        other.control.world.tick(0.0)


def test_a_world_that_cannot_be_reset_drops_the_episode(tmp_path, franka):
    bench = Bench(tmp_path, franka, world="real_time")
    bench.reset.ready = False
    refused = bench.control.session.start()
    assert not refused.accepted and "no world offers" in refused.message
    bench.reset.ready = True
    bench.control.session.start()
    bench.reset.answer(False, "busy", 0, "", "")
    bench.control.world.tick(0.0)
    assert bench.control.session.phase is Phase.IDLE
    assert any("busy" in line for line in bench.said(logging.ERROR))


def test_what_was_commanded_in_the_last_scene_is_no_step_of_the_next_one(tmp_path, franka, robot):
    bench = Bench(tmp_path, franka, world="real_time")
    bench.reset.ready = True
    bench.play(2, robot, pose=HOME + [0.12, 0, 0, 0, 0, 0, 0])
    assert bench.control.session.start().accepted
    bench.play(1, robot, pose=HOME + [0.06, 0, 0, 0, 0, 0, 0])
    bench.reset.answer(True, "", 0, "lift the carrot", "lift_carrot")
    bench.control.world.tick(0.0)
    bench.play(1, robot)
    assert not bench.control.alarms.grave
    assert bench.control.session.save(success=True).accepted
    assert list_episodes(tmp_path / "demos")[0].metadata.problems == ()


SCENE = (True, "", 0, "lift the carrot", "lift_carrot")


def test_a_pause_while_the_world_is_reset_is_a_pause(tmp_path, franka, robot):
    bench = Bench(tmp_path, franka, world="real_time")
    bench.play(2, robot)
    session = bench.control.session
    assert session.start().accepted and session.pause().accepted
    bench.reset.answer(*SCENE)
    bench.control.world.tick(0.0)
    bench.play(1, robot)
    assert not bench.control.recorder.counts[IMAGE]
    assert session.pause().accepted
    bench.play(1, robot)
    assert bench.control.recorder.counts[IMAGE] == 10
    assert session.discard().accepted and session.start().accepted
    assert session.pause().accepted and session.pause().accepted
    bench.play(1, robot)
    assert not bench.control.recorder.counts[IMAGE], "the last scene is still there"


def test_the_answer_to_an_episode_that_was_thrown_away_begins_no_other(tmp_path, franka, robot):
    bench = Bench(tmp_path, franka, world="real_time")
    bench.play(2, robot)
    session = bench.control.session
    session.start()
    session.discard()
    session.start()
    first, second = bench.reset.asked
    first(ResetAnswer(False, "busy", 0, "", ""))
    bench.control.world.tick(0.0)
    bench.play(1, robot)
    assert session.phase is Phase.RECORDING and not bench.control.recorder.counts[IMAGE]
    second(ResetAnswer(*SCENE))
    bench.control.world.tick(0.0)
    bench.play(1, robot)
    assert bench.control.recorder.counts[IMAGE] == 10


def test_another_simulation_on_the_network_keeps_an_episode_from_starting(tmp_path, franka, robot):
    bench = Bench(tmp_path, franka, world="real_time")
    bench.play(2, robot)
    assert EPISODE_TOPIC in bench.control.topics
    world = Publisher("/world_node", EPISODE_TYPE, OfferedQos(1, 1))
    bench.control.know({**bench.graph, EPISODE_TOPIC: (world, world)})
    bench.play(1, robot)
    refused = bench.control.session.start()
    assert not refused.accepted and "set another ROS_DOMAIN_ID" in refused.message


def test_a_second_recorder_of_one_name_keeps_an_episode_from_starting(bench, robot):
    bench.control.discover([], "/record_node")
    assert "/record_node/status" in bench.control.topics
    bench.play(2, robot)
    assert bench.control.session.start().accepted
    other = Publisher("/record_node", "afil_interfaces/msg/RecorderStatus", OfferedQos(1, 2))
    bench.control.know({**bench.graph, "/record_node/status": (other, other)})
    bench.play(1, robot)
    assert bench.control.session.save(success=True).accepted, "nothing of the episode is wrong"
    refused = bench.control.session.start()
    assert not refused.accepted and "2 recorders are called /record_node" in refused.message


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "instruction is empty"),
        ({"instruction": " | "}, "instruction is empty"),
        ({"instruction": "x", "episodes": 3}, "needs a simulated world in lock-step"),
    ],
)
def test_parameters_that_do_not_fit_together_are_a_sentence(tmp_path, franka, given, words):
    with pytest.raises(AfilError, match=words):
        Bench(tmp_path, franka, **given)


def test_who_commands_is_recorded_and_heads_the_episode(bench, robot, tmp_path):
    def say(commander):
        cdr = encode_commander(commander)
        bench.control.received("/commander", cdr, bench.now_ns, bench.now_ns, bench.now_ns)

    say(Commander.POLICY)
    bench.play(2, robot)
    assert bench.control.session.start().accepted
    bench.play(1, robot)
    say(Commander.HUMAN)
    bench.play(1, robot)
    assert bench.control.session.save(success=True).accepted
    (episode,) = list_episodes(tmp_path / "demos")
    found = [step.commander for step in episode.steps()]
    assert set(found[:9]) == {Commander.POLICY} and set(found[11:]) == {Commander.HUMAN}


def test_a_pause_is_no_gap_and_its_last_command_is_where_the_next_step_starts(
    bench, robot, tmp_path
):
    bench.play(2, robot)
    bench.control.session.start()
    bench.play(1, robot)
    assert bench.control.session.pause().accepted
    bench.play(3, robot)
    assert bench.control.session.phase is Phase.PAUSED
    assert bench.control.session.pause().accepted
    bench.play(1, robot)
    assert bench.control.session.save(success=True).accepted
    (episode,) = list_episodes(tmp_path / "demos")
    assert episode.metadata.topics[IMAGE].count == 20
    assert episode.metadata.topics[IMAGE].max_gap_s < 0.2 and episode.metadata.problems == ()
    assert episode.metadata.topics["/target_pose"].count == 21
    assert len(list(episode.steps())) == 20


def test_the_task_changes_between_episodes_and_each_has_its_own_words(tmp_path, franka, robot):
    bench = Bench(tmp_path, franka, instruction="lift it | put it back", task="lift,put")
    bench.play(2, robot)
    for _ in range(2):
        assert bench.control.session.start().accepted
        assert not bench.control.asked.next_task().accepted, "an episode has one task"
        bench.play(1, robot)
        assert bench.control.session.save(success=True).accepted
        assert bench.control.asked.next_task().accepted
    first, second = (e.metadata for e in list_episodes(tmp_path / "demos"))
    assert (first.instruction, first.notes["task"]) == ("lift it", "lift")
    assert (second.instruction, second.notes["task"]) == ("put it back", "put")


def test_an_episode_that_a_goal_asks_for_ends_by_itself(bench, robot, tmp_path):
    bench.play(2, robot)
    assert bench.control.asked.record("open the drawer", 2.0, 100.0).accepted
    bench.play(1, robot)
    bench.control.tick(101.9)
    assert bench.control.session.phase is Phase.RECORDING
    ended = []
    bench.control.on_end = lambda *given: ended.append(given)
    bench.control.tick(102.1)
    assert ended == [(tmp_path / "demos/episode_000000", True)]
    (episode,) = list_episodes(tmp_path / "demos")
    assert episode.metadata.instruction == "open the drawer"


def test_nobody_saves_what_the_recorder_saves_by_itself(tmp_path, franka):
    bench = Bench(tmp_path, franka, world="lock_step", episodes=2)
    for command in bench.control.asked.by_name.values():
        assert "by itself; end it with Ctrl-C" in command().message
    assert not bench.control.asked.record("lift it", 1.0, 0.0).accepted
    assert bench.control.session.phase is Phase.IDLE


def test_at_the_end_a_table_says_what_there_is(bench, robot):
    bench.play(2, robot)
    bench.control.session.start()
    bench.play(1, robot)
    bench.control.session.save(success=True)
    assert bench.control.status().phase is Phase.READY
    bench.control.session.quit()
    bench.control.close()
    table = bench.said(logging.INFO)[-1]
    assert "episode_000000   success" in table and "1 episode(s)" in table
