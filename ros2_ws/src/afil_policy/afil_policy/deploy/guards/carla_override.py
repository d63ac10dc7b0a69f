"""Guard ``carla_override``: a person drives."""

from __future__ import annotations

from afil_core import messages
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.topics import Qos, TopicName, resolve
from afil_policy.deploy.guards.base import Guard, GuardTopic

_TYPE = "std_msgs/msg/Bool"


class CarlaOverride(Guard):
    """Is silent while carla-ros-bridge takes the controls of a person instead."""

    class Config(Guard.Config):
        """Options.

        Attributes:
            topic: The bridge's override flag (``std_msgs/Bool``).
        """

        topic: TopicName = "/carla/ego_vehicle/vehicle_control_manual_override"

    config: Config

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._topic = resolve(config.topic, contract.namespace)
        self._is_overridden = False

    @property
    def topics(self) -> tuple[GuardTopic, ...]:
        """The flag, which is latched."""
        return (GuardTopic(self._topic, _TYPE, Qos(durability="transient_local", depth=1)),)

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Keep the flag; what is none counts as set."""
        del topic, now_s
        try:
            self._is_overridden = bool(messages.deserialize(cdr, _TYPE).data)
        except AfilError:
            self._is_overridden = True

    def verdict(self, now_s: float) -> str | None:
        """Whether a person drives."""
        del now_s
        return f"a person drives ({self._topic})" if self._is_overridden else None
