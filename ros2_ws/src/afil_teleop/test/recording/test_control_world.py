"""A recording session whose scenes a simulated world resets, without ROS."""

import logging

import pytest

from afil_core.bags import OfferedQos
from afil_core.episodes import list_episodes, list_set_aside
from afil_core.errors import AfilError
from afil_core.testing import HOME
from afil_core.world_protocol import EPISODE_TOPIC, EPISODE_TYPE, EpisodeStatus
from afil_teleop.recording.graph import Publisher
from afil_teleop.recording.session import Phase
from afil_teleop.recording.world import ResetAnswer

IMAGE = "/camera/camera/color/image_raw"


def test_the_world_tells_the_words_of_the_task(make_session, tmp_path, robot):
    bench = make_session(world="real_time")
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

    cut_off = make_session(world="real_time")
    cut_off.control.session.start()
    cut_off.reset.answer(True, "", 0, "lift the carrot", "lift_carrot")
    cut_off.control.world.tick(0.0)
    cut_off.play(1, robot)
    cut_off.control.recorder.leave()
    other = make_session(world="real_time")
    (cut,) = list_set_aside(tmp_path / "demos")
    assert cut.metadata.instruction == "lift the carrot", "the draft knows it"
    other.control.session.start()
    other.reset.answer(True, "", 0, "push the cube", "push")
    with pytest.raises(AfilError, match="'lift the carrot', not 'push the cube'"):
        other.control.world.tick(0.0)


def test_a_world_that_cannot_be_reset_drops_the_episode(make_session):
    bench = make_session(world="real_time")
    bench.reset.ready = False
    refused = bench.control.session.start()
    assert not refused.accepted and "no world offers" in refused.message
    bench.reset.ready = True
    bench.control.session.start()
    bench.reset.answer(False, "busy", 0, "", "")
    bench.control.world.tick(0.0)
    assert bench.control.session.phase is Phase.IDLE
    assert any("busy" in line for line in bench.said(logging.ERROR))


def test_what_was_commanded_in_the_last_scene_is_no_step_of_the_next_one(
    make_session, tmp_path, robot
):
    bench = make_session(world="real_time")
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


def test_a_pause_while_the_world_is_reset_is_a_pause(make_session, robot):
    bench = make_session(world="real_time")
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


def test_the_answer_to_an_episode_that_was_thrown_away_begins_no_other(make_session, robot):
    bench = make_session(world="real_time")
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


def test_another_simulation_on_the_network_keeps_an_episode_from_starting(make_session, robot):
    bench = make_session(world="real_time")
    bench.play(2, robot)
    assert EPISODE_TOPIC in bench.control.topics
    world = Publisher("/world_node", EPISODE_TYPE, OfferedQos(1, 1))
    bench.control.know({**bench.graph, EPISODE_TOPIC: (world, world)})
    bench.play(1, robot)
    refused = bench.control.session.start()
    assert not refused.accepted and "set another ROS_DOMAIN_ID" in refused.message
