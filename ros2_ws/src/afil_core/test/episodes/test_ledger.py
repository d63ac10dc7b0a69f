"""One count of what was written."""

import pytest

from afil_core.contract import load_contract
from afil_core.episodes.ledger import Ledger, require_all_topics
from afil_core.errors import AfilError

IMAGE = "/camera/camera/color/image_raw"
S = 1_000_000_000


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(load_contract("franka"))


def test_a_lost_message_is_a_gap_between_stamps(ledger):
    for stamp_s in (1.0, 1.1, 1.4, 1.5):
        ledger.add(IMAGE, round(stamp_s * S) + 3, round(stamp_s * S))
    entry = ledger[IMAGE]
    assert (entry.count, entry.gaps, entry.longest_gap_ns) == (4, 1, round(0.3 * S))
    assert str(entry) == "1 gap(s), the longest 0.30 s"


def test_jitter_is_no_gap(ledger):
    for stamp_s in (1.0, 1.14, 1.2, 1.33):
        ledger.add(IMAGE, round(stamp_s * S), round(stamp_s * S))
    assert ledger[IMAGE].gaps == 0


def test_a_command_has_no_rate_and_no_gaps(ledger):
    for stamp_s in (1, 9, 30):
        ledger.add("/target_pose", stamp_s * S, stamp_s * S)
    assert ledger["/target_pose"].gaps == 0
    assert ledger.silence_ns("/target_pose") == 21 * S


def test_a_pause_is_no_part_of_the_duration(ledger):
    ledger.cut()
    for time_s in (1, 2, 3):
        ledger.add(IMAGE, time_s * S, time_s * S)
    ledger.cut()
    for time_s in (10, 11):
        ledger.add(IMAGE, time_s * S, time_s * S)
    assert ledger.duration_ns == 3 * S


def test_silence_before_the_first_and_after_the_last_message_counts(ledger):
    for time_s in range(12):
        ledger.add("/joint_states", time_s * S, time_s * S)
    for time_s in (3, 4):
        ledger.add(IMAGE, time_s * S, time_s * S)
    assert ledger.duration_ns == 11 * S
    assert ledger.silence_ns(IMAGE) == 7 * S
    assert ledger.silence_ns("/joint_states") == S
    assert ledger.silence_ns("/franka_gripper/joint_states") == 11 * S


def test_a_gripper_that_is_commanded_by_events_may_be_silent():
    contract = load_contract("franka")
    counts = dict.fromkeys(contract.topics(), 3)
    require_all_topics(contract, counts | {"/gripper_position_controller/commands": 0}, "it")
    with pytest.raises(AfilError, match="it has no message on /target_pose, which its contract"):
        require_all_topics(contract, counts | {"/target_pose": 0}, "it")
