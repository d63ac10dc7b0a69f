"""Guard ``lid``: the disc turns under a closed lid alone."""

from __future__ import annotations

from afil_core import messages
from afil_core.contract import Contract
from afil_core.topics import Qos, TopicName, resolve
from afil_policy.deploy.guards import Guard, GuardTopic

_TYPE = "std_msgs/msg/Bool"


class ClosedLid(Guard):
    """Wants to have heard that the lid is closed.

    Args:
        config: Where it is said.
        contract: The robot's contract.
    """

    class Config(Guard.Config):
        """Options.

        Attributes:
            topic: ``std_msgs/Bool``, true while the lid is closed.
        """

        topic: TopicName

    config: Config

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._topic = resolve(config.topic, contract.namespace)
        self._is_closed = False

    @property
    def topics(self) -> tuple[GuardTopic, ...]:
        """The lid's."""
        return (GuardTopic(self._topic, _TYPE, Qos()),)

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Keep what was said last."""
        self._is_closed = bool(messages.deserialize(cdr, _TYPE).data)

    def verdict(self, now_s: float) -> str | None:
        """Whether it is closed."""
        return None if self._is_closed else f"the lid is open ({self._topic})"
