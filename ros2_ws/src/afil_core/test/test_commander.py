"""Who commanded each step of an episode: a policy, or a person who took over."""

import numpy as np
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
    """A writer that also gets who commands, in the order of time."""

    def __init__(self, writer, said):
        self.writer, self.said = writer, dict(said)

    def write(self, topic, cdr, log_time_ns):
        for when in [t for t in self.said if t <= log_time_ns]:
            self.writer.write("/commander", self.said.pop(when), when)
        self.writer.write(topic, cdr, log_time_ns)


def record(tmp_path, said, length=10, jump_m=0.0):
    """An episode of so many steps; whoever commands from step 3 on starts so far away."""
    robot = FrankaOnPaper()
    writer = EpisodeWriter(tmp_path, robot.contract, "lift it")
    writer.add_topic("/commander", COMMANDER_TYPE, LATCHED)
    shared = WithTakeover(writer, said)
    fill(shared if not jump_m else Jumping(shared, robot, jump_m), length, robot)
    return Episode(writer.save(True))


class Jumping:
    """A writer whose target poses are elsewhere from the third step on."""

    def __init__(self, writer, robot, jump_m):
        self._writer, self._jump_m = writer, jump_m
        self._pose = robot.contract.require_action().pose_command

    def write(self, topic, cdr, log_time_ns):
        if topic == self._pose.topic and log_time_ns >= S + 3 * STEP:
            away = np.array([0, self._jump_m, 0, 0, 0, 0, 0])
            cdr = self._pose.encode(self._pose.decode(cdr).value + away, log_time_ns)
        self._writer.write(topic, cdr, log_time_ns)


def steps(tmp_path, said):
    return list(record(tmp_path, said).steps())


STEP = S // 10
# A person takes over before the command of step 3 and hands back before that of step 6.
SHARED = {
    S: encode_commander(Commander.POLICY),
    S + 5 * STEP // 2: encode_commander(Commander.HUMAN, "gamepad"),
    S + 11 * STEP // 2: encode_commander(Commander.POLICY),
}


def test_each_step_says_who_commanded_it_and_those_between_two_commanders_are_left_out(tmp_path):
    reader = record(tmp_path, SHARED).steps()
    found = [step.commander for step in reader]
    policy, human = Commander.POLICY, Commander.HUMAN
    assert found == [policy] * 3 + [human] * 2 + [policy] * 3
    assert "2 of 10 ticks left out: another took over" in reader.left_out.summary()
    reader.left_out.require(max_share=0.0)


def test_what_was_seen_when_another_took_over_can_be_had_without_an_action(tmp_path):
    found = list(record(tmp_path, SHARED).steps(handovers=True))
    assert [k for k, step in enumerate(found) if step.is_handover] == [3, 6]
    assert len(found) == 10 and found[3].commander is None and not found[3].action.any()
    assert found[3].observations["front_image"].max() == 3


def test_a_jump_from_one_commanders_target_to_the_others_is_nobodys_step(tmp_path):
    reader = record(tmp_path, SHARED, jump_m=0.12).steps()
    y = [step.action[1] for step in reader]
    assert y == pytest.approx([0.0] * 8) and reader.left_out.share == 0.0
    alone = record(tmp_path, {S: SHARED[S]}, jump_m=0.12).steps()
    assert len(list(alone)) == 9 and alone.left_out.lost == 1
    assert "step is 0.120 m long" in alone.left_out.summary()


def test_where_a_policy_rests_nobody_commanded_and_the_way_there_is_no_step(tmp_path):
    rests = {
        S: SHARED[S],
        S + 5 * STEP // 2: encode_commander(Commander.NOBODY),
        S + 13 * STEP // 2: encode_commander(Commander.POLICY),
    }
    reader = record(tmp_path, rests, jump_m=0.12).steps(handovers=True)
    found = list(reader)
    assert [k for k, step in enumerate(found) if step.is_handover] == [3, 4, 5, 6, 7]
    assert all(step.commander is not Commander.NOBODY for step in found)
    assert reader.left_out.lost == 0 and "the policy had stopped" in reader.left_out.summary()


def test_word_of_a_change_may_be_logged_a_little_after_the_first_command(tmp_path):
    late = {S: SHARED[S], S + 3 * STEP + 4_000_000: encode_commander(Commander.HUMAN)}
    reader = record(tmp_path, late, jump_m=0.12).steps()
    found = [step for step in reader if abs(step.action[1]) > 1e-6]
    assert found == [] and reader.left_out.lost == 0


def test_a_gripper_that_was_closed_long_before_the_change_is_no_part_of_it():
    log = CommanderLog()
    take = log.sink(decode_commander)
    take(encode_commander(Commander.POLICY), S)
    take(encode_commander(Commander.HUMAN), 5 * S)
    assert log.straddled([(5 * S, 5 * S), (8 * S, 9 * S)]) is False
    assert log.straddled([(4 * S, 4 * S), (4 * S, 5 * S + 1)])
    assert log.changed(S, 5 * S) is False and log.changed(S, 5 * S + 1)


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
    human = commander is Commander.HUMAN
    assert (decode_override(encode_override(commander)) is Commander.HUMAN) is human


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
