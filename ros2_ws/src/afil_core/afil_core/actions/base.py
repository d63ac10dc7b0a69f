"""What an action kind is: its numbers, and how they follow from demonstrated commands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.actions.series import CommandSeries
from afil_core.commands.base import Command
from afil_core.errors import AfilError
from afil_core.kinds.base import Observation
from afil_core.schema import Schema

Commands = tuple[Command, ...]


class ActionConfig(Schema):
    """What a contract says of every action.

    Attributes:
        kind: Name in the registry of action kinds.
        frame: Frame of the motion.
        demonstrated: Commands from which the demonstrator's action is read.
        interfaces: Command interfaces by name; each is the list of commands that it drives.
        default_interface: The interface used when none is asked for.
    """

    kind: str
    frame: str = ""
    demonstrated: tuple[str, ...] = Field(min_length=1)
    interfaces: dict[str, tuple[str, ...]] = Field(min_length=1)
    default_interface: str


@dataclass(frozen=True)
class Dimension:
    """One number of an action.

    Attributes:
        name: Name of the dimension.
        unit: Its unit.
        minimum: Least value that may be commanded.
        maximum: Greatest value that may be commanded.
        mode: ``continuous``, or ``binary`` for a device that only goes to one end of the range
            or the other, such as a gripper whose commands block.
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    mode: Literal["continuous", "binary"] = "continuous"


class Action(ABC):
    """What a policy decides for a robot; a kind is a subclass.

    ``is_driving`` says whether it moves a vehicle through the scene that its camera sees, or
    something in it; perception looks at these two differently.

    Args:
        config: The action's part of the contract.
        commands: All commands of the contract, by name.
        observations: All streams of the contract.

    Attributes:
        needs: Names of the streams without which :meth:`label` can't tell.

    Raises:
        AfilError: When the contract lacks what the kind needs.
    """

    needs: tuple[str, ...] = ()

    Config: ClassVar[type[ActionConfig]] = ActionConfig
    is_driving: ClassVar[bool] = False

    def __init__(
        self,
        config: ActionConfig,
        commands: Mapping[str, Command],
        observations: tuple[Observation, ...],
    ) -> None:
        self.config = config
        self.observations = {o.name: o for o in observations}
        self.demonstrated = _commands(config.demonstrated, commands, "action.demonstrated")
        self.interfaces = {
            name: _commands(names, commands, f"action.interfaces.{name}")
            for name, names in config.interfaces.items()
        }
        self.default_interface = config.default_interface
        if self.default_interface not in self.interfaces:
            raise AfilError(
                f"action.default_interface must be one of {', '.join(self.interfaces)}, not "
                f"'{self.default_interface}'"
            )
        self.set_up()

    def set_up(self) -> None:
        """Read the kind's own options and find the commands and streams that it uses.

        Called at the end of the constructor, when all else is there.

        Raises:
            AfilError: When the contract lacks what the kind needs.
        """

    @property
    def kind(self) -> str:
        """Name of the kind."""
        return self.config.kind

    @property
    def frame(self) -> str:
        """Frame of the motion."""
        return self.config.frame

    @property
    @abstractmethod
    def dimensions(self) -> tuple[Dimension, ...]:
        """The numbers of the action, in order, with their ranges."""

    @abstractmethod
    def label(
        self,
        series: Mapping[str, CommandSeries],
        tick_ns: int,
        next_tick_ns: int,
        observations: Mapping[str, NDArray[Any]],
    ) -> NDArray[np.float64] | None:
        """The demonstrated action of a tick.

        Args:
            series: Commands of the demonstration by the name of their topic in the contract.
            tick_ns: Stamp of the tick.
            next_tick_ns: Stamp of the following tick.
            observations: Observations at the tick.

        Returns:
            float64 [D] in the contract's units, or None when no command tells.

        Raises:
            AfilError: When a command that tells is malformed.
        """

    def doing(self, recent: NDArray[np.float64]) -> str:
        """What the demonstrator does, in a few words for "it is ..."; empty where none tell.

        Args:
            recent: float64 [T, D], demonstrated actions of about half a second, the latest last.
        """
        del recent
        return ""

    def require_demonstrable(
        self, name: str, value: NDArray[Any], before: NDArray[Any] | None
    ) -> None:
        """Refuse a demonstrator's command that no action of this contract could give.

        Args:
            name: The command's name in the contract.
            value: What it says.
            before: What was commanded a control period earlier; None where nothing was.

        Raises:
            AfilError: Naming topic, limit and remedy.
        """

    def clip(self, action: NDArray[np.float64]) -> NDArray[np.float64]:
        """An action within the contract's limits of one step.

        Args:
            action: float64 [D].

        Raises:
            AfilError: When a number is not finite; nothing may be commanded from it.
        """
        dimensions = self.dimensions
        broken = [d.name for d, v in zip(dimensions, action, strict=True) if not np.isfinite(v)]
        if broken:
            raise AfilError(f"an action is not finite in {', '.join(broken)}; no command was sent")
        low = np.array([d.minimum for d in dimensions])
        high = np.array([d.maximum for d in dimensions])
        return np.asarray(action, dtype=np.float64).clip(low, high)

    def command(self, kind: type[Command]) -> Command:
        """The demonstrated command of a kind.

        Raises:
            AfilError: When there is none.
        """
        for command in self.demonstrated:
            if isinstance(command, kind):
                return command
        raise AfilError(
            f"action.demonstrated of kind {self.kind} needs a command of kind {kind.__name__}"
        )

    def stream(self, kind: type[Observation], name: str, key: str) -> Observation:
        """The observation of a kind: the named one, or the first.

        Raises:
            AfilError: When there is none.
        """
        for stream in self.observations.values():
            if isinstance(stream, kind) and name in ("", stream.name):
                return stream
        wanted = f"names '{name}', which is" if name else "needs an observation: there is"
        raise AfilError(f"action.{key} {wanted} no stream of kind {kind.__name__}")


def _commands(names: tuple[str, ...], known: Mapping[str, Command], where: str) -> Commands:
    for name in names:
        if name not in known:
            raise AfilError(
                f"{where} names '{name}', but commands has {', '.join(known) or 'none'}"
            )
    return tuple(known[name] for name in names)
