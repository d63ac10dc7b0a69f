"""How a robot is brought to rest by another process than the one that drove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.kinds import Observation
from afil_teleop.driving import Published, make_drive
from afil_teleop.driving.takeover import person_topics


class Resting:
    """The rest of the contract's drive, where a person's commands go.

    A car brakes. An arm is held where it is measured: the target that it was given last may be
    three steps ahead of it. The override of a driver that tells policy and person apart is left
    as it is: were it false, a policy that a person had taken over from would drive on unasked.

    Args:
        contract: The robot's contract.
        takeover: Whether a person commands beside a policy.

    Raises:
        AfilError: When nothing drives the contract's action.

    Attributes:
        advice: What a person does afterwards, and what they should know.
    """

    def __init__(self, contract: Contract, *, takeover: bool) -> None:
        self._drive = make_drive(contract)
        driver = contract.takeover if takeover else None
        self._topics = {} if driver is None else person_topics(contract)
        self.advice = "see after the robot"
        if driver is not None:
            self.advice += (
                f"; {driver.override} stays true, and a policy silent, until teleoperation is "
                f"started again or the override is set to false"
            )

    @property
    def streams(self) -> tuple[Observation, ...]:
        """What it begins from."""
        return self._drive.streams

    @property
    def outputs(self) -> dict[str, Command]:
        """The commands by where they go."""
        return {self._place(command): command for command in self._drive.commands}

    def rest(self, measured: Mapping[str, NDArray[Any]], now_ns: int) -> list[Published]:
        """What brings the robot to rest; nothing where it is not known where an arm is.

        Args:
            measured: The newest fresh value of each of :attr:`streams`; may lack any.
            now_ns: The node's clock.
        """
        self._drive.forget()
        for stream, value in measured.items():
            self._drive.measured(stream, value)
        if not self._drive.is_ready:
            return []
        return [Published(self._place(one.command), one.cdr) for one in self._drive.rest(now_ns)]

    def _place(self, command: Command) -> str:
        return self._topics.get(command.name, command.topic)
