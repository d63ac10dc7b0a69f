"""What a command adapter is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from afil_core.actions import Action, Commands
from afil_core.commands import Command
from afil_core.commands.gripper import GripperCommand
from afil_core.commands.gripper_action import GripperAction
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.deploy.observations import Observations

# Fingers do not tell such widths apart.
_SAME_M = 0.002

A = TypeVar("A", bound=Action)
C = TypeVar("C", bound=Command)


class Outgoing(NamedTuple):
    """A message to publish: CDR bytes for a topic."""

    topic: str
    cdr: bytes


class Goal(NamedTuple):
    """A goal to send to an action server; nobody waits for its result.

    Attributes:
        topic: Absolute name of the action.
        type: Its type, ``package/action/Name``.
        fields: Fields of the goal, nested as the goal is.
    """

    topic: str
    type: str
    fields: Mapping[str, Any]


class Adapter(ABC):
    """Turns limited actions into messages; may remember what it commanded last.

    Args:
        config: Options of the adapter.
        contract: The robot's contract.
        commands: The commands of the interface, all of which it drives.

    Raises:
        AfilError: When the contract does not fit.

    Attributes:
        beside: Kinds of commands that an interface may have beside the one of the adapter.
        streams: Observations that it needs, besides those of the policy.
    """

    class Config(Schema):
        """No options."""

    beside: ClassVar[tuple[type[Command], ...]] = (GripperCommand,)
    streams: tuple[str, ...] = ()

    def __init__(self, config: Config, contract: Contract, commands: Commands) -> None:
        del config
        self.contract = contract
        self.driven = commands

    @property
    def clipped(self) -> int:
        """How many commands were clipped here, beyond the limits of the action itself."""
        return 0

    @abstractmethod
    def commands(
        self, action: NDArray[np.float64], observations: Observations, stamp_ns: int, now_ns: int
    ) -> Sequence[Outgoing | Goal]:
        """Messages of one tick, in the order in which they must be published.

        Args:
            action: float64 [D], within the limits of the contract's action.
            observations: Observations of the tick; those of ``streams`` are among them.
            stamp_ns: Stamp of the tick.
            now_ns: The node's clock.

        Raises:
            AfilError: When nothing may be commanded now.
        """

    @abstractmethod
    def rest(self, observations: Observations, now_ns: int) -> Sequence[Outgoing | Goal]:
        """Messages that bring the robot to rest.

        Args:
            observations: The newest fresh value of each of ``streams``; may lack any.
            now_ns: The node's clock.
        """

    def hold(self, now_ns: int) -> Sequence[Outgoing | Goal]:
        """Messages for a period in which there is no new action.

        Nothing by default: the robot's controller keeps the last target by itself.

        Args:
            now_ns: The node's clock.
        """
        del now_ns
        return []

    def unsent(self) -> None:
        """What is sent where it changes did not go out, and is due again; nothing by default."""

    def reset(self) -> None:
        """Forget what was commanded."""

    def required_action(self, kind: type[A]) -> A:
        """The contract's action.

        Raises:
            AfilError: When it is of another kind.
        """
        action = self.contract.require_action()
        if isinstance(action, kind):
            return action
        names = ", ".join(c.name for c in self.driven)
        raise AfilError(
            f"contract '{self.contract.robot}' has an action of kind {action.kind}, which can't "
            f"be sent as {names}: that needs {kind.__name__}; choose another command interface "
            f"({', '.join(action.interfaces)}), or a contract and a policy with that action"
        )

    def driven_command(self, kind: type[C]) -> C:
        """The interface's command of a kind.

        Raises:
            AfilError: When there is none.
        """
        for command in self.driven:
            if isinstance(command, kind):
                return command
        raise AfilError(
            f"a command interface of contract '{self.contract.robot}' needs a {kind.__name__} "
            f"and has {', '.join(c.name for c in self.driven)}; correct action.interfaces"
        )


class Gripper:
    """The gripper of an interface that may have none; sent before anything else.

    Who waits for the arm's command has both then. A gripper with an action server is sent a goal
    only where its target changes: its commands block, and a stream of them would stall it.

    Args:
        commands: The commands of the interface.
    """

    def __init__(self, commands: Commands) -> None:
        self._command = next((c for c in commands if isinstance(c, GripperCommand)), None)
        self._sent_m: float | None = None

    def to(self, width_m: NDArray[np.float64], stamp_ns: int) -> list[Outgoing | Goal]:
        """What to send for a width, float64 [1]; nothing for an action without a gripper, [0]."""
        command = self._command
        if command is None or not width_m.size:
            return []
        if not isinstance(command, GripperAction):
            return [Outgoing(command.topic, command.encode(width_m, stamp_ns))]
        target_m = float(width_m[0])
        if self._sent_m is not None and abs(target_m - self._sent_m) < _SAME_M:
            return []
        self._sent_m = target_m
        name, fields = command.goal(target_m)
        return [Goal(name, command.actions[name], fields)]

    def reset(self) -> None:
        """The next target is sent, whatever was sent before."""
        self._sent_m = None
