"""What a robot's body is: the contract's commands in, the contract's observations out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.topic_kind import Decoded

Vector = NDArray[np.float64]
Sensor = Callable[[Observation], NDArray[Any]]
Actuator = Callable[[Vector], None]


class Body(ABC):
    """A robot in a world, as its contract describes it.

    Args:
        contract: The robot's contract.
        sensors: What measures each kind of observation.
        actuators: What obeys each kind of command.

    Raises:
        AfilError: When the contract has an observation or a command that the body lacks.
    """

    def __init__(
        self,
        contract: Contract,
        sensors: Mapping[str, Sensor],
        actuators: Mapping[str, Actuator],
    ) -> None:
        self.contract = contract
        self._sensors = sensors
        self._actuators = actuators
        for stream in contract.observations:
            if stream.kind not in sensors:
                raise AfilError(
                    f"the simulated {contract.robot} has no sensor for observations."
                    f"{stream.name} of kind {stream.kind}; it has {', '.join(sensors)}"
                )
        for command in contract.interface():
            if command.kind not in actuators:
                raise AfilError(
                    f"the simulated {contract.robot} does not obey commands.{command.name} of "
                    f"kind {command.kind}, which is in the contract's default interface; it obeys "
                    f"{', '.join(actuators)}"
                )

    def observe(self) -> dict[str, NDArray[Any]]:
        """What every sensor of the contract says now, by the names of its streams."""
        return {s.name: self._sensors[s.kind](s) for s in self.contract.observations}

    def decode(self, command: Command, cdr: bytes) -> Decoded:
        """A message of a command topic, with the value that :meth:`obey` takes.

        Raises:
            AfilError: When there is nothing in it to obey.
        """
        return command.decode(cdr)

    def obey(self, command: Command, value: Vector) -> None:
        """Take a command's value; it holds until the next one."""
        self._actuators[command.kind](value)

    def act(self, action: Vector) -> None:
        """Carry out an action of the contract, see :meth:`commands`."""
        values = self.commands(action)
        for command in self.contract.interface():
            self.obey(command, values[command.name])

    @abstractmethod
    def hold(self) -> None:
        """Stay as it is now until it is told otherwise."""

    @abstractmethod
    def commands(self, action: Vector) -> dict[str, Vector]:
        """The commands of the default interface that carry out an action from now on.

        Args:
            action: float64 [D] of the contract; clipped to its limits.

        Returns:
            Values by the name of the command.

        Raises:
            AfilError: When the action is not D finite numbers.
        """
