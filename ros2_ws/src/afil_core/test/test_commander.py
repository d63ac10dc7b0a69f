"""Who commanded each step of an episode: a policy, or a person who took over."""

import pytest

from afil_core.commander import (
    COMMANDER_TYPE,
    LATCHED,
    OVERRIDE_TYPE,
    Commander,
    CommanderLog,
    decode_commander,
    decode_override,
    encode_commander,
    encode_override,
)
from afil_core.contract import load_contract
from afil_core.episodes import Episode, EpisodeWriter
from afil_core.errors import AfilError
from afil_core.testing import FrankaOnPaper, changed, record_franka
from afil_core.testing.episodes import fill

S = 1_000_000_000


class WithTakeover:
    """A writer that also gets who commands, before the message of a time."""

    def __init__(self, writer, said):
        self.writer, self.said = writer, dict(said)

    def write(self, topic, cdr, log_time_ns):
        for when in [t for t in self.said if t <= log_time_ns]:
            self.writer.write("/commander", self.said.pop(when), log_time_ns)
        self.writer.write(topic, cdr, log_time_ns)


def steps(tmp_path, said):
    robot = FrankaOnPaper()
    writer = EpisodeWriter(tmp_path, robot.contract, "lift it")
    writer.add_topic("/commander", COMMANDER_TYPE, LATCHED)
    fill(WithTakeover(writer, said), 10, robot)
    return list(Episode(writer.save(True)).steps())


def test_each_step_says_who_commanded_it(tmp_path):
    said = {
        S: encode_commander(Commander.POLICY),
        S + 3 * S // 10: encode_commander(Commander.HUMAN, "gamepad"),
        S + 6 * S // 10: encode_commander(Commander.POLICY),
    }
    found = [step.commander for step in steps(tmp_path, said)]
    policy, human = Commander.POLICY, Commander.HUMAN
    assert found == [policy] * 3 + [human] * 3 + [policy] * 4


def test_a_demonstration_that_nobody_shared_says_nothing(tmp_path):
    episode = Episode(record_franka(tmp_path))
    assert {step.commander for step in episode.steps()} == {None}


def test_a_message_that_is_none_of_its_type_costs_what_it_would_have_said(tmp_path):
    said = {S: encode_commander(Commander.POLICY), S + S // 2: b"\0\1\0\0\7"}
    found = [step.commander for step in steps(tmp_path, said)]
    assert found == [Commander.POLICY] * 5 + [None] * 5
    with pytest.raises(AfilError, match="commander 9 is none of"):
        decode_commander(encode_commander(Commander.POLICY)[:4] + b"\x09\0\0\0\x01\0\0\0\0")


@pytest.mark.parametrize("commander", list(Commander))
def test_both_ways_to_say_it_can_be_read_back(commander):
    assert decode_commander(encode_commander(commander, "pad")) is commander
    assert decode_override(encode_override(commander)) is commander


def test_a_log_forgets_what_another_clock_said():
    log = CommanderLog()
    take = log.sink(decode_override)
    take(encode_override(Commander.HUMAN), 9 * S)
    take(encode_override(Commander.POLICY), 5 * S)
    assert log.before(5 * S) is None and log.before(10 * S) is Commander.POLICY


def test_a_contract_names_the_topics_that_say_who_commands():
    assert load_contract("franka").within("left").commander_topics() == {
        "/left/commander": (COMMANDER_TYPE, LATCHED)
    }
    override = "/carla/ego_vehicle/vehicle_control_manual_override"
    assert load_contract("carla").commander_topics()[override] == (OVERRIDE_TYPE, LATCHED)
    assert load_contract("video").commander_topics() == {}
    with pytest.raises(AfilError, match="takeover.topics names 'car', but commands has applied"):
        changed(load_contract("carla"), {"takeover.topics": {"car": "/x"}})


def test_how_a_person_takes_over_is_no_part_of_what_data_mean():
    carla = load_contract("carla")
    assert changed(carla, {"takeover.override": "/other"}).sha256 == carla.sha256
