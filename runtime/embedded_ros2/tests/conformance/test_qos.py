import pytest

from rclpy.duration import Duration
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    InvalidQoSProfileException,
    LivelinessPolicy,
    QoSCompatibility,
    QoSPresetProfiles,
    QoSProfile,
    ReliabilityPolicy,
    qos_check_compatible,
    qos_profile_sensor_data,
)


def test_qos_needs_history_or_depth():
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile()
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile(history=HistoryPolicy.KEEP_LAST)


def test_qos_accepts_plain_integers():
    profile = QoSProfile(depth=1, reliability=2, durability=1)
    assert profile.reliability is ReliabilityPolicy.BEST_EFFORT
    assert profile.durability is DurabilityPolicy.TRANSIENT_LOCAL


def test_former_names_of_policies_work_with_a_warning():
    with pytest.warns(UserWarning, match="RMW_QOS_POLICY_RELIABILITY_RELIABLE is deprecated"):
        policy = ReliabilityPolicy.RMW_QOS_POLICY_RELIABILITY_RELIABLE
    assert policy is ReliabilityPolicy.RELIABLE


def test_a_zero_depth_is_warned_of():
    with pytest.warns(UserWarning, match="zero depth with KEEP_LAST"):
        QoSProfile(depth=0)


def test_qos_defaults():
    profile = QoSProfile(history=HistoryPolicy.KEEP_ALL)
    assert profile.depth == 10
    assert profile.reliability is ReliabilityPolicy.RELIABLE
    assert profile.durability is DurabilityPolicy.VOLATILE
    assert profile.liveliness is LivelinessPolicy.SYSTEM_DEFAULT
    assert profile.deadline == profile.lifespan == Duration()


def test_qos_presets():
    assert QoSPresetProfiles.get_from_short_key("sensor_data") == qos_profile_sensor_data
    assert qos_profile_sensor_data.depth == 5


def test_qos_equality():
    assert QoSProfile(depth=3) == QoSProfile(depth=3) != QoSProfile(depth=4)


def test_qos_compatibility_check():
    answer, reason = qos_check_compatible(qos_profile_sensor_data, QoSProfile(depth=1))
    assert answer == QoSCompatibility.ERROR and "eliab" in reason
    said = QoSProfile(depth=1, liveliness=LivelinessPolicy.AUTOMATIC)
    assert qos_check_compatible(said, said) == (QoSCompatibility.OK, "")


def test_qos_that_is_left_to_the_system_is_a_warning():
    answer, reason = qos_check_compatible(QoSProfile(depth=1), QoSProfile(depth=1))
    assert answer == QoSCompatibility.WARNING
    assert "liveliness is system_default" in reason and "eliab" not in reason


@pytest.mark.parametrize(
    ("offered", "asked", "says"),
    [
        ({}, {"durability": DurabilityPolicy.TRANSIENT_LOCAL}, "Volatile publisher"),
        ({}, {"deadline": Duration(seconds=1)}, "has a deadline"),
        (
            {"deadline": Duration(seconds=2)},
            {"deadline": Duration(seconds=1)},
            "deadline is less than publisher deadline",
        ),
        (
            {"liveliness": LivelinessPolicy.AUTOMATIC},
            {"liveliness": LivelinessPolicy.MANUAL_BY_TOPIC},
            "manual by topic",
        ),
    ],
)
def test_qos_clashes_are_named(offered, asked, says):
    answer, reason = qos_check_compatible(
        QoSProfile(depth=1, **offered), QoSProfile(depth=1, **asked)
    )
    assert answer == QoSCompatibility.ERROR
    assert reason.startswith("ERROR: ") and says in reason and "WARNING" not in reason


def test_invalid_arguments_of_a_profile_are_refused():
    with pytest.raises(AssertionError):
        QoSProfile(depth=1, depht=2)
    with pytest.raises(AssertionError):
        QoSProfile(depth=1, deadline=1.0)
    with pytest.raises(ValueError):
        QoSProfile(depth=1, reliability=99)


def test_policies_have_short_keys():
    assert ReliabilityPolicy.BEST_EFFORT.short_key == "best_effort"
    assert DurabilityPolicy.get_from_short_key("transient_local") == 1
    assert {"reliable", "best_effort", "system_default"} <= set(ReliabilityPolicy.short_keys())
