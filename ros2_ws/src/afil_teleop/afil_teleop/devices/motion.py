"""From speeds to actions of an arm: what all devices that move an end effector share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.commands import Command
from afil_core.commands.gripper import GripperCommand
from afil_core.contract import Contract
from afil_core.errors import AfilError


class ArmMotion:
    """Steps of an end effector in its base frame, and a gripper that is open or closed.

    Args:
        contract: Contract of the robot.
        device: What moves it, for the sentence.

    Raises:
        AfilError: When the contract's action is another.

    Attributes:
        is_open: Whether the gripper shall be open.
    """

    def __init__(self, contract: Contract, device: str) -> None:
        if not isinstance(contract.action, EndEffectorDelta):
            raise AfilError(
                f"the {device} drives arms by steps of their end effector, which the contract "
                f"'{contract.robot}' does not have; record with another source:="
            )
        gripper = contract.action.gripper_command
        self._widths_m = (gripper.minimum_m, gripper.maximum_m)
        self.is_open = True

    def toggle(self) -> None:
        """Open the gripper, or close it."""
        self.is_open = not self.is_open

    def adopt(self, command: Command, value: NDArray[np.float64]) -> None:
        """Leave the gripper as somebody else commanded it."""
        if isinstance(command, GripperCommand):
            self.is_open = float(value[0]) > sum(self._widths_m) / 2

    def action(self, twist: NDArray[np.float64], period_s: float) -> NDArray[np.float64]:
        """The action of one control period.

        Args:
            twist: float64 [6], speeds in the base frame, m/s and rad/s.
            period_s: Control period, s.

        Returns:
            float64 [7].
        """
        return np.append(twist * period_s, self._widths_m[self.is_open])
