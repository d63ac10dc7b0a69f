import pytest
from rcl_interfaces.msg import Log

from rclpy.logging import (
    LoggingSeverity,
    get_logger,
    get_logging_severity_from_string,
    set_logger_level,
)


def test_severities_are_inherited():
    set_logger_level("tree", LoggingSeverity.ERROR)
    assert get_logger("tree.branch").get_effective_level() == LoggingSeverity.ERROR


def test_a_logger_may_have_its_own_level():
    logger = get_logger("own_level")
    logger.set_level(LoggingSeverity.DEBUG)
    assert logger.is_enabled_for(LoggingSeverity.DEBUG)
    logger.set_level(LoggingSeverity.WARN)
    assert not logger.is_enabled_for(LoggingSeverity.INFO)


def test_methods_tell_whether_they_logged():
    logger = get_logger("answers")
    logger.set_level(LoggingSeverity.WARN)
    assert logger.info("quiet") is False
    assert logger.error("loud") is True


def test_once_logs_once():
    logger = get_logger("once")
    assert [logger.info("x", once=True) for _ in range(3)] == [True, False, False]


def test_skip_first_skips_the_first():
    logger = get_logger("skip")
    assert [logger.info("x", skip_first=True) for _ in range(3)] == [False, True, True]


def test_options_count_only_where_the_severity_is_shown():
    logger = get_logger("hidden")
    answers = []
    for level in (LoggingSeverity.ERROR, LoggingSeverity.INFO):
        logger.set_level(level)
        answers.append([logger.info("x", once=True) for _ in range(2)])
    assert [sum(pair) for pair in answers] == [0, 1]


def test_a_place_in_the_code_keeps_its_severity():
    logger = get_logger("severities")
    with pytest.raises(ValueError, match="severity"):
        for severity in (LoggingSeverity.INFO, LoggingSeverity.ERROR):
            logger.log("x", severity)


def test_throttle_limits_the_rate():
    logger = get_logger("throttle")
    answers = [logger.info("x", throttle_duration_sec=100.0) for _ in range(3)]
    assert answers == [True, False, False]


def test_child_loggers_have_dotted_names():
    assert get_logger("a").get_child("b").name == "a.b"


def test_severity_by_name():
    assert get_logging_severity_from_string("WARN") == LoggingSeverity.WARN
    assert get_logging_severity_from_string("debug") == LoggingSeverity.DEBUG
    for unknown in ("loud", "warning"):
        with pytest.raises(RuntimeError):
            get_logging_severity_from_string(unknown)


def test_logs_are_published_on_rosout(ros):
    got = []
    ros.other.create_subscription(
        Log, "/rosout", lambda m: got.append(m) if m.msg == "for rosout" else None, 10
    )
    ros.spin_for(0.3)
    ros.node.get_logger().warning("for rosout")
    assert ros.spin_until(lambda: got)
    assert got[0].name == "conformance" and got[0].level in (30, b"\x1e")
    assert got[0].function == "test_logs_are_published_on_rosout"
