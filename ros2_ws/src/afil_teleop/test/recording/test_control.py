"""A recording session as a whole, without ROS."""

import logging

import pytest

from afil_core.bags import OfferedQos, read_bag
from afil_core.commander import Commander, encode_commander
from afil_core.episodes import list_episodes, list_set_aside
from afil_core.errors import AfilError
from afil_core.testing import HOME, changed
from afil_core.topics import Qos
from afil_teleop.recording.graph import Publisher
from afil_teleop.recording.session import Phase

S = 1_000_000_000
START_NS = 1_700_000_000 * S
IMAGE = "/camera/camera/color/image_raw"


@pytest.fixture
def bench(make_session):
    return make_session(instruction="lift it")


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


def test_a_save_that_a_signal_breaks_into_loses_nothing_that_waits_for_the_disk(
    bench, robot, tmp_path, monkeypatch
):
    bench.play(2, robot)
    bench.control.session.start()
    bench.play(2, robot)
    count = sum(bench.control.recorder.counts.values())

    def broken_into(lane):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("afil_core.bags.lane.Background.finish", broken_into)
        with pytest.raises(KeyboardInterrupt):
            bench.control.session.save(success=True)
    bench.control.close()
    (folder,) = (tmp_path / "demos" / ".partial").iterdir()
    assert len(list(read_bag(folder))) == count > 50
    assert f"its messages lie in {folder}" in bench.said(logging.WARNING)[-1]


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


def test_extra_topics_are_subscribed_once_their_type_is_known(make_session, franka):
    contract = changed(franka, {"extra_topics": {"/notes": {}, "/faces": {}}})
    bench = make_session(contract, instruction="lift it")
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


def test_what_an_earlier_recorder_left_can_be_kept(make_session, bench, robot, tmp_path):
    bench.play(2, robot)
    bench.control.session.start()
    bench.play(1, robot)
    bench.control.close()
    later = make_session(instruction="lift it")
    assert any("set_aside/episode_000000" in line for line in later.said(logging.WARNING))
    assert later.control.session.keep().accepted
    later.control.close()
    assert "episode_000000   not said" in later.said(logging.INFO)[-1]
    (episode,) = list_episodes(tmp_path / "demos")
    assert episode.metadata.success is None and "interrupted" in episode.metadata.set_aside[0]


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
def test_parameters_that_do_not_fit_together_are_a_sentence(make_session, given, words):
    with pytest.raises(AfilError, match=words):
        make_session(**given)


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


def test_the_task_changes_between_episodes_and_each_has_its_own_words(
    make_session, tmp_path, robot
):
    bench = make_session(instruction="lift it | put it back", task="lift,put")
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


def test_an_episode_that_cannot_be_saved_when_its_time_is_over_is_warned_of(bench, robot):
    bench.play(2, robot)
    assert bench.control.asked.record("open the drawer", 2.0, 100.0).accepted
    bench.play(1, robot, without=("/target_pose",))
    bench.control.tick(102.1)
    assert "cannot save episode_000000" in bench.said(logging.WARNING)[-1]
    assert bench.control.session.phase is Phase.RECORDING


def test_nobody_saves_what_the_recorder_saves_by_itself(make_session):
    bench = make_session(world="lock_step", episodes=2)
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
