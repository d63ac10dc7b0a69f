"""diagnostic_updater: tasks that are published on /diagnostics."""

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

diagnostic_updater = pytest.importorskip(
    "diagnostic_updater", reason="diagnostic_updater is not installed"
)


def test_a_task_is_published_with_its_values(ros):
    got = []
    ros.node.create_subscription(DiagnosticArray, "/diagnostics", got.append, 10)
    updater = diagnostic_updater.Updater(ros.node, period=0.05)
    updater.setHardwareID("none")

    def task(status):
        status.summary(DiagnosticStatus.WARN, "warm")
        status.add("temperature", "80")
        return status

    updater.add("heat", task)

    def found():
        return [s for m in got for s in m.status if s.message == "warm"]

    assert ros.spin_until(found, 10.0)
    status = found()[0]
    assert status.name == f"{ros.node.get_name()}: heat"
    assert status.hardware_id == "none"
    assert status.values[0].value == "80"


def test_the_worse_level_wins():
    status = diagnostic_updater.DiagnosticStatusWrapper()
    status.summary(DiagnosticStatus.WARN, "warm")
    status.mergeSummary(DiagnosticStatus.ERROR, "burning")
    assert status.level == DiagnosticStatus.ERROR and status.message == "warm; burning"
    status.mergeSummary(DiagnosticStatus.OK, "fine")
    # Some releases append the message of a better level, too.
    assert status.level == DiagnosticStatus.ERROR and status.message.startswith("warm; burning")


def test_a_missing_frequency_is_an_error():
    bounds = diagnostic_updater.FrequencyStatusParam({"min": 1.0, "max": 2.0})
    status = diagnostic_updater.FrequencyStatus(bounds).run(
        diagnostic_updater.DiagnosticStatusWrapper()
    )
    assert status.level == DiagnosticStatus.ERROR
