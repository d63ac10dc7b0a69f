"""Guard ``franka_mode``: the arm is in a mode in which it may be commanded."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from afil_core import messages
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.topics import Qos, TopicName, resolve
from afil_policy.deploy.guards.base import Guard, GuardTopic

_TYPE = "franka_msgs/msg/FrankaRobotState"
_RECOVERY_TYPE = "franka_msgs/action/ErrorRecovery"
_IDLE, _MOVE = 1, 2
_MODES = (
    "other", "idle", "move", "guiding", "reflex", "user stopped", "automatic error recovery",
)  # fmt: skip
# The state comes at 1 kHz and is large; it is decoded this often.
_LOOK_S = 0.05


class FrankaMode(Guard):
    """Allows ``move`` and ``idle``; any other mode stops, with the error bits, until a reset."""

    class Config(Guard.Config):
        """Options.

        Attributes:
            topic: ``franka_msgs/FrankaRobotState``.
            timeout_s: Longest wall time between two states.
            recovery: The error recovery action.
        """

        topic: TopicName = "franka_robot_state_broadcaster/robot_state"
        timeout_s: float = 0.2
        recovery: TopicName = "action_server/error_recovery"

    config: Config

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._topic = resolve(config.topic, contract.namespace)
        messages.require_type(_TYPE)
        self._newest: tuple[float, bytes] | None = None
        self._judged_s = 0.0
        self._latched: str | None = None

    @property
    def topics(self) -> tuple[GuardTopic, ...]:
        """The robot's state."""
        return (GuardTopic(self._topic, _TYPE, Qos(depth=1)),)

    @property
    def recovery(self) -> tuple[str, str] | None:
        """franka_ros2's error recovery."""
        return resolve(self.config.recovery, self.contract.namespace), _RECOVERY_TYPE

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Keep the newest."""
        del topic
        self._newest = (now_s, cdr)

    def verdict(self, now_s: float) -> str | None:
        """Whether the newest state is fresh, and its mode is one to be commanded in."""
        if self._newest is None:
            return f"nothing is heard of the arm's mode ({self._topic}); start its broadcaster"
        received_s, cdr = self._newest
        if now_s - received_s > self.config.timeout_s:
            return f"the arm's mode ({self._topic}) was not heard for {now_s - received_s:.2f} s"
        if self._latched is None and (received_s - self._judged_s >= _LOOK_S):
            self._judged_s = received_s
            self._latched = self._judge(cdr)
        return self._latched

    def reset(self) -> None:
        """The arm may be commanded again, if its mode says so."""
        self._latched = None
        self._judged_s = 0.0

    def _judge(self, cdr: bytes) -> str | None:
        try:
            state = messages.deserialize(cdr, _TYPE)
        except AfilError as error:
            return f"topic {self._topic}: {error}"
        if state.robot_mode in (_IDLE, _MOVE):
            return None
        number = int(state.robot_mode)
        mode = _MODES[number] if number < len(_MODES) else f"{number}"
        said = _bits(state.current_errors) or _bits(state.last_motion_errors)
        errors = f", errors: {', '.join(said)}" if said else ""
        return (
            f"the arm is in mode {mode}{errors}; when nothing is in its way, call ~/recover "
            f"(or ~/reset where it moves again by itself)"
        )


def _bits(errors: Any) -> list[str]:
    return [f.name for f in fields(errors) if getattr(errors, f.name) is True]
