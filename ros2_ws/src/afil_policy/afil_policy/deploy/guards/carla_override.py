"""Guard ``carla_override``: a person drives."""

from __future__ import annotations

from typing import Literal

from afil_core import messages
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.topics import Qos, TopicName, resolve
from afil_policy.deploy.guards.base import Guard, GuardTopic

_TYPE = "std_msgs/msg/Bool"


class CarlaOverride(Guard):
    """Stops while carla-ros-bridge takes the controls of a person instead.

    Args:
        config: Options.
        contract: The robot's contract.

    Raises:
        AfilError: When neither says which topic tells.
    """

    class Config(Guard.Config):
        """Options.

        Attributes:
            topic: The driver's override flag (``std_msgs/Bool``); empty for that of the
                contract's ``takeover``.
        """

        topic: TopicName | Literal[""] = ""

    config: Config

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        topic = config.topic or (contract.takeover.override if contract.takeover else "")
        if not topic:
            raise AfilError(
                f"contract '{contract.robot}' has no takeover.override, by which guard "
                f"carla_override knows that a person drives; add it, or give the guard a topic"
            )
        self._topic = resolve(topic, contract.namespace)
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
