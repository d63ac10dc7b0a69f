"""Guard ``contact``: the arm pushes no harder than it may."""

from __future__ import annotations

import math

from pydantic import Field

from afil_core import messages
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.topics import Qos, TopicName, resolve
from afil_policy.deploy.guards.base import Guard, GuardTopic

_TYPE = "geometry_msgs/msg/WrenchStamped"


class ContactForce(Guard):
    """Stops where the external force or torque is above a threshold, until a reset.

    Nothing is commanded while it is not heard of: an arm that feels nothing pushes on.
    """

    class Config(Guard.Config):
        """Options.

        Attributes:
            topic: ``geometry_msgs/WrenchStamped`` of what acts on the arm.
            max_force_n: Greatest force, N.
            max_torque_nm: Greatest torque, N m.
            timeout_s: Longest wall time between two messages.
        """

        topic: TopicName
        max_force_n: float = Field(40.0, gt=0)
        max_torque_nm: float = Field(20.0, gt=0)
        timeout_s: float = Field(0.2, gt=0)

    config: Config

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._topic = resolve(config.topic, contract.namespace)
        self._newest: bytes | None = None
        self._heard_s: float | None = None
        self._latched: str | None = None

    @property
    def topics(self) -> tuple[GuardTopic, ...]:
        """The wrench; broadcasters publish it best effort."""
        return (GuardTopic(self._topic, _TYPE, Qos(reliability="best_effort", depth=1)),)

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Keep the newest."""
        del topic
        self._newest, self._heard_s = cdr, now_s

    def verdict(self, now_s: float) -> str | None:
        """Whether it is heard, and within the thresholds."""
        cdr, self._newest = self._newest, None
        if cdr is not None and self._latched is None:
            self._latched = self._judge(cdr)
        if self._latched is not None:
            return self._latched
        heard_s = self._heard_s
        if heard_s is None:
            return f"nothing is heard of the arm's force ({self._topic}); start its broadcaster"
        if now_s - heard_s > self.config.timeout_s:
            return f"the arm's force ({self._topic}) was not heard for {now_s - heard_s:.2f} s"
        return None

    def reset(self) -> None:
        """Somebody has looked."""
        self._latched = self._newest = None

    def _judge(self, cdr: bytes) -> str | None:
        try:
            wrench = messages.deserialize(cdr, _TYPE).wrench
        except AfilError as error:
            return f"topic {self._topic}: {error}"
        force = math.hypot(wrench.force.x, wrench.force.y, wrench.force.z)
        torque = math.hypot(wrench.torque.x, wrench.torque.y, wrench.torque.z)
        # Written so that a number that is none is above.
        if force <= self.config.max_force_n and torque <= self.config.max_torque_nm:
            return None
        return (
            f"the arm is in contact: {force:.1f} N, {torque:.1f} N m ({self._topic}), more than "
            f"{self.config.max_force_n:g} N or {self.config.max_torque_nm:g} N m; free it, then "
            f"call ~/reset"
        )
