"""Publishes the health of a node on /diagnostics."""

from embedded_ros2.real_ros import refuse_to_shadow

refuse_to_shadow("diagnostic_updater")

from diagnostic_updater._diagnostic_status_wrapper import DiagnosticStatusWrapper  # noqa: E402
from diagnostic_updater._diagnostic_updater import (  # noqa: E402
    CompositeDiagnosticTask,
    DiagnosticTask,
    DiagnosticTaskVector,
    FunctionDiagnosticTask,
    Updater,
)
from diagnostic_updater._publisher import (  # noqa: E402
    DiagnosedPublisher,
    HeaderlessTopicDiagnostic,
    TopicDiagnostic,
)
from diagnostic_updater._update_functions import (  # noqa: E402
    FrequencyStatus,
    FrequencyStatusParam,
    Heartbeat,
    TimeStampStatus,
    TimeStampStatusParam,
)

__all__ = ["CompositeDiagnosticTask", "DiagnosedPublisher", "DiagnosticStatusWrapper",
           "DiagnosticTask", "DiagnosticTaskVector", "FrequencyStatus", "FrequencyStatusParam",
           "FunctionDiagnosticTask", "Heartbeat", "HeaderlessTopicDiagnostic",
           "TimeStampStatus", "TimeStampStatusParam", "TopicDiagnostic", "Updater"]  # fmt: skip
