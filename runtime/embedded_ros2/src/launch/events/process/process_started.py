"""The event at the start of a process."""

from .running_process_event import RunningProcessEvent


class ProcessStarted(RunningProcessEvent):
    """A process runs."""

    name = "launch.events.process.ProcessStarted"
