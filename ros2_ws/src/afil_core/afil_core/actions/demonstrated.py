"""The demonstrator's action at each tick, from the command topics of an episode."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.actions.pose import delta_between
from afil_core.codecs import decode_float_array, decode_pose
from afil_core.contract.model import Contract
from afil_core.errors import AfilError

Observations = dict[str, NDArray[Any]]


class DemonstratedActions:
    """Collects an episode's commands and answers with the action taken at a tick.

    The action of a tick is what the commands issued from that tick until the next one did: it
    does not depend on the rate at which the demonstrator commanded.

    Args:
        contract: The robot's contract.

    Raises:
        AfilError: When the contract has no action.
    """

    def __init__(self, contract: Contract) -> None:
        if contract.action is None:
            raise AfilError(
                f"contract '{contract.robot}' has no action, so its episodes have nothing to "
                f"imitate; record with a robot's contract"
            )
        self._kind = contract.action.kind
        self._roles = {c.topic: c.role for c in contract.action.demonstrated}
        self._series: dict[str, _Series] = {r: _Series() for r in self._roles.values()}
        self._pose_stream = next((s.name for s in contract.observations if s.kind == "pose"), "")
        self._gripper_stream = next(
            (s.name for s in contract.observations if s.kind == "gripper_width"), ""
        )
        self._period_ns = contract.period_ns

    @property
    def topics(self) -> list[str]:
        """The command topics to feed to :meth:`add`."""
        return list(self._roles)

    def add(self, topic: str, cdr: bytes, received_ns: int) -> None:
        """Add one command message.

        Args:
            topic: One of :attr:`topics`.
            cdr: The serialized message.
            received_ns: Log time, used for types without a header.

        Raises:
            AfilError: When the message is malformed or holds a number that is not finite.
        """
        role = self._roles[topic]
        stamp_ns, value = _COMMAND_DECODERS[role](cdr)
        if not np.isfinite(value).all():
            raise AfilError(
                f"topic {topic} has a command that is not finite ({value.tolist()}), logged at "
                f"{received_ns} ns; such a demonstration cannot be imitated"
            )
        self._series[role].add(received_ns if stamp_ns is None else stamp_ns, value)

    def action(
        self, tick_ns: int, next_tick_ns: int, observations: Observations
    ) -> NDArray[np.float64] | None:
        """The action taken at a tick.

        Args:
            tick_ns: Stamp of the tick.
            next_tick_ns: Stamp of the following tick.
            observations: Observations at the tick; what the arm does before the first command.

        Returns:
            float64 [D] in the contract's units, or None when no command tells.
        """
        if self._kind == "ee_delta":
            return self._ee_delta(tick_ns, next_tick_ns, observations)
        applied = self._series["vehicle"].after(tick_ns, tick_ns + 2 * self._period_ns)
        return applied

    def _ee_delta(
        self, tick_ns: int, next_tick_ns: int, observations: Observations
    ) -> NDArray[np.float64] | None:
        targets, grips = self._series["pose"], self._series["gripper"]
        end = targets.before(next_tick_ns)
        if end is None:
            return None
        start = targets.before(tick_ns)
        if start is None:
            start = observations[self._pose_stream]
        grip = grips.before(next_tick_ns)
        if grip is None:
            grip = observations[self._gripper_stream]
        return np.concatenate([delta_between(start, end), grip[:1]])


class _Series:
    """Values by stamp; late ones are sorted in."""

    def __init__(self) -> None:
        self._stamps: list[int] = []
        self._values: list[NDArray[np.float64]] = []

    def add(self, stamp_ns: int, value: NDArray[np.float64]) -> None:
        index = bisect_right(self._stamps, stamp_ns)
        self._stamps.insert(index, stamp_ns)
        self._values.insert(index, value)

    def before(self, stamp_ns: int) -> NDArray[np.float64] | None:
        index = bisect_left(self._stamps, stamp_ns)
        return self._values[index - 1] if index else None

    def after(self, stamp_ns: int, until_ns: int) -> NDArray[np.float64] | None:
        index = bisect_right(self._stamps, stamp_ns)
        found = index < len(self._stamps) and self._stamps[index] <= until_ns
        return self._values[index] if found else None


def _pose_command(cdr: bytes) -> tuple[int | None, NDArray[np.float64]]:
    decoded = decode_pose(cdr)
    return decoded.stamp_ns, decoded.value


def _gripper_command(cdr: bytes) -> tuple[int | None, NDArray[np.float64]]:
    values = decode_float_array(cdr)
    if values.size != 1:
        raise AfilError(f"a gripper command must have one width (m), not {values.size} numbers")
    return None, values


def _vehicle_status(cdr: bytes) -> tuple[int | None, NDArray[np.float64]]:
    message = messages.deserialize(cdr, "carla_msgs/msg/CarlaEgoVehicleStatus")
    control = message.control
    value = np.array([control.throttle, control.steer, control.brake], dtype=np.float64)
    return messages.stamp_to_ns(message.header.stamp), value


_COMMAND_DECODERS: dict[str, Callable[[bytes], tuple[int | None, NDArray[np.float64]]]] = {
    "pose": _pose_command,
    "gripper": _gripper_command,
    "vehicle": _vehicle_status,
}
