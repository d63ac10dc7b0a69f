"""The whole contract of one robot, its text form and its identity."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import yaml

from afil_core.contract.schema import Action, CommandTopic, Limits, ObservationStream, Qos
from afil_core.errors import AfilError


@dataclass(frozen=True)
class Contract:
    """What a robot's topics mean.

    Attributes:
        robot: Name of the robot.
        description: One line for people.
        control_rate_hz: Rate of ticks, observations and commands.
        anchor: Name of the image stream whose frames define the ticks.
        base_frame: Frame in which the robot is commanded.
        clock: ``system``, or ``simulated`` where the robot is a simulator that publishes
            ``/clock`` and stamps its messages with it.
        observations: The streams that a policy may look at.
        action: What the policy decides; None for data without a robot.
        limits: Limits of an arm's commands; None where the action's ranges are all there is.
    """

    robot: str
    description: str
    control_rate_hz: float
    anchor: str
    base_frame: str
    clock: str
    observations: tuple[ObservationStream, ...]
    action: Action | None
    limits: Limits | None

    @property
    def period_ns(self) -> int:
        """Control period in nanoseconds."""
        return round(1e9 / self.control_rate_hz)

    @property
    def images(self) -> tuple[ObservationStream, ...]:
        """The image streams."""
        return tuple(s for s in self.observations if s.kind == "image")

    @property
    def proprioception(self) -> tuple[ObservationStream, ...]:
        """The streams that are not images."""
        return tuple(s for s in self.observations if s.kind != "image")

    def stream(self, name: str) -> ObservationStream:
        """The observation stream of that name.

        Raises:
            AfilError: When there is none.
        """
        for stream in self.observations:
            if stream.name == name:
                return stream
        known = ", ".join(s.name for s in self.observations)
        raise AfilError(f"contract '{self.robot}' has no observation '{name}'; it has {known}")

    def topics(self) -> dict[str, tuple[str, Qos]]:
        """Every topic that an episode holds: observations and demonstrated commands."""
        topics = {s.topic: (s.type, s.qos) for s in self.observations}
        if self.action is not None:
            topics.update({c.topic: (c.type, c.qos) for c in self.action.demonstrated})
        return topics

    def interface(self, name: str = "") -> tuple[CommandTopic, ...]:
        """Topics of a command interface; the default one when no name is given.

        Raises:
            AfilError: When the contract has no action or no such interface.
        """
        if self.action is None:
            raise AfilError(f"contract '{self.robot}' has no action: nothing can be commanded")
        name = name or self.action.default_interface
        if name not in self.action.interfaces:
            known = ", ".join(self.action.interfaces)
            raise AfilError(
                f"contract '{self.robot}' has no command interface '{name}'; it has {known}"
            )
        return self.action.interfaces[name]

    def to_dict(self) -> dict[str, Any]:
        """The contract as plain data, in the form of its YAML file."""
        data: dict[str, Any] = {
            "robot": self.robot,
            "description": self.description,
            "control_rate_hz": self.control_rate_hz,
            "anchor": self.anchor,
            "base_frame": self.base_frame,
            "clock": self.clock,
            "observations": {s.name: _stream_dict(s) for s in self.observations},
        }
        if self.action is not None:
            data["action"] = _action_dict(self.action)
        if self.limits is not None:
            data["limits"] = {k: _plain(v) for k, v in asdict(self.limits).items()}
        return data

    def to_yaml(self) -> str:
        """The contract as YAML that :func:`afil_core.contract.parse_contract` reads back."""
        return yaml.safe_dump(self.to_dict(), sort_keys=False)

    @cached_property
    def sha256(self) -> str:
        """Identity of the contract's meaning: comments and key order do not count."""
        text = yaml.safe_dump(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _stream_dict(stream: ObservationStream) -> dict[str, Any]:
    data = {k: _plain(v) for k, v in asdict(stream).items() if k != "name"}
    return {k: v for k, v in data.items() if not (k in ("encoding", "joints") and not v)}


def _command_dicts(commands: tuple[CommandTopic, ...]) -> dict[str, Any]:
    return {c.role: {k: v for k, v in asdict(c).items() if k != "role"} for c in commands}


def _action_dict(action: Action) -> dict[str, Any]:
    return {
        "kind": action.kind,
        "frame": action.frame,
        "dimensions": [asdict(d) for d in action.dimensions],
        "demonstrated": _command_dicts(action.demonstrated),
        "default_interface": action.default_interface,
        "interfaces": {k: _command_dicts(v) for k, v in action.interfaces.items()},
    }
