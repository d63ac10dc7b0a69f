"""A Franka on paper: what its drivers send in one control step, as CDR bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.contract import Contract, load_contract

PERIOD_NS = 100_000_000
# Pose of the end effector and joints of the ready posture, rad.
HOME: NDArray[np.float64] = np.array([0.5, 0.0, 0.3, 1.0, 0.0, 0.0, 0.0])
READY_JOINTS: NDArray[np.float64] = np.pi * np.array([0, -1 / 4, 0, -3 / 4, 0, 1 / 2, 1 / 4])


class FrankaOnPaper:
    """Makes the messages of a robot with the contract ``franka``.

    Args:
        contract: The contract; the shipped one by default.
    """

    def __init__(self, contract: Contract | None = None) -> None:
        self.contract = contract or load_contract("franka")

    def observations(
        self,
        stamp_ns: int,
        values: Mapping[str, NDArray[Any]] | None = None,
        without: tuple[str, ...] = (),
    ) -> dict[str, bytes]:
        """Messages by stream, the image last as a simulated world sends them.

        Args:
            stamp_ns: Stamp of all.
            values: Values by stream that are not the default ones.
            without: Streams that say nothing.
        """
        given = {
            "ee_pose": HOME,
            "joint_positions": READY_JOINTS,
            "gripper_width": np.array([0.08]),
            **(values or {}),
        }
        streams = [*self.contract.proprioception, *self.contract.images]
        return {
            s.name: s.encode(given.get(s.name, s.blank()), stamp_ns)
            for s in streams
            if s.name not in without
        }

    def by_topic(
        self, stamp_ns: int, values: Mapping[str, NDArray[Any]] | None = None
    ) -> list[tuple[str, bytes]]:
        """The same as :meth:`observations`, by topic."""
        return [
            (self.contract.stream(name).topic, cdr)
            for name, cdr in self.observations(stamp_ns, values).items()
        ]

    def command(
        self, stamp_ns: int, pose: NDArray[np.float64] = HOME, width: float = 0.08
    ) -> list[tuple[str, bytes]]:
        """A demonstrator's command by topic, the gripper first."""
        action = self.contract.require_action()
        assert isinstance(action, EndEffectorDelta)
        gripper, target = action.gripper_command, action.pose_command
        return [
            (gripper.topic, gripper.encode(np.array([width]), stamp_ns)),
            (target.topic, target.encode(pose, stamp_ns)),
        ]
