"""Guard ``operator``: somebody holds the dead man's switch."""

from __future__ import annotations

from pydantic import Field

from afil_core import messages
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.topics import Qos, TopicName, resolve
from afil_policy.deploy.guards.base import Guard, GuardTopic

_TYPE = "std_msgs/msg/Bool"


class OperatorEnable(Guard):
    """Wants to hear ``true`` again and again, for as long as the policy may command."""

    class Config(Guard.Config):
        """Options.

        Attributes:
            topic: The switch (``std_msgs/Bool``).
            timeout_s: Longest wall time between two messages.
        """

        topic: TopicName = "operator_enable"
        timeout_s: float = Field(0.25, gt=0)

    config: Config

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._topic = resolve(config.topic, contract.namespace)
        self._enabled_s: float | None = None

    @property
    def topics(self) -> tuple[GuardTopic, ...]:
        """The switch."""
        return (GuardTopic(self._topic, _TYPE, Qos(reliability="best_effort", depth=1)),)

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Note when it was held."""
        del topic
        try:
            held = bool(messages.deserialize(cdr, _TYPE).data)
        except AfilError:
            held = False
        self._enabled_s = now_s if held else None

    def verdict(self, now_s: float) -> str | None:
        """Whether it is held."""
        enabled_s = self._enabled_s
        if enabled_s is not None and now_s - enabled_s <= self.config.timeout_s:
            return None
        return f"the operator does not hold the switch ({self._topic})"
