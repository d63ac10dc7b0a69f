"""Reset ``stop_disc``: the disc stands still before the next episode begins."""

from __future__ import annotations

from collections.abc import Mapping

from afil_core import messages
from afil_core.topics import resolve
from afil_teleop.recording.resets import ResetHook, Wire

RATE_TYPE = "std_msgs/msg/Float64"


class StopDisc(ResetHook):
    """Publishes to the disc's brake; it has the options of all resets and no others."""

    def topics(self) -> Mapping[str, str]:
        """The brake's."""
        return {resolve("brake", self.contract.namespace): RATE_TYPE}

    def publish(self, wire: Wire) -> None:
        """Brake fully."""
        for topic, kind in self.topics().items():
            wire.publish(topic, messages.serialize(messages.new(kind, data=1.0)))
