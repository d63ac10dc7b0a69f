"""Grippers that are commanded by actions: Franka's Grasp and Move, and GripperCommand."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from afil_core.commands.base import Command, CommandConfig
from afil_core.commands.gripper import GripperCommand
from afil_core.errors import AfilError


class GripperAction(GripperCommand):
    """A gripper with an action server: its target opening, float64 [1], m, becomes a goal.

    It can only be commanded: what an action server is sent is no topic that a bag could hold.

    Attributes:
        actions: Type of each action that it uses, by the action's absolute name.
    """

    class Config(CommandConfig):
        """Options; ``topic`` is the action's name, or what the names of several begin with.

        Attributes:
            minimum_m: Opening of the closed gripper, m.
            maximum_m: Opening of the open gripper, m.
        """

        minimum_m: float = 0.0
        maximum_m: float = Field(0.08, gt=0)
        closed: None = None
        open: None = None

        @model_validator(mode="after")
        def _ordered(self) -> GripperAction.Config:
            if self.minimum_m >= self.maximum_m:
                raise ValueError("has minimum_m >= maximum_m; swap or widen them")
            return self

        @property
        def ends(self) -> tuple[float, float]:
            """Closed and open are widths."""
            return self.minimum_m, self.maximum_m

    is_closing_below: ClassVar[float] = 0.5

    def __init__(self, config: CommandConfig, name: str, namespace: str = "") -> None:
        Command.__init__(self, config, name, namespace)
        assert isinstance(config, self.Config)
        self.minimum_m, self.maximum_m = config.minimum_m, config.maximum_m
        self._closed, self._open = config.ends
        self.has_header = False
        self.actions: Mapping[str, str] = self._actions()

    def value(self, message: Any) -> NDArray[np.float64]:
        """Nothing: a goal is no message of a topic."""
        del message
        raise self._unreadable()

    def message(self, value: NDArray[np.float64], stamp_ns: int) -> Any:
        """Nothing: a goal is no message of a topic."""
        del value, stamp_ns
        raise self._unreadable()

    @abstractmethod
    def goal(self, width_m: float) -> tuple[str, Mapping[str, Any]]:
        """The action to use, by its absolute name, and the fields of its goal.

        Args:
            width_m: Target opening, m.
        """

    @abstractmethod
    def _actions(self) -> dict[str, str]:
        """Type of each action by its absolute name."""

    def _is_closing(self, width_m: float) -> bool:
        share = (width_m - self.minimum_m) / (self.maximum_m - self.minimum_m)
        return share < self.is_closing_below

    def _unreadable(self) -> AfilError:
        return AfilError(
            f"{self.key} is an action ({self.topic}): it is driven and can't be demonstrated; "
            f"list a topic in action.demonstrated"
        )


class FrankaHand(GripperAction):
    """Franka Hand: ``grasp`` closes with a force, ``move`` opens; ``topic`` is the node's name."""

    class Config(GripperAction.Config):
        """Options.

        Attributes:
            speed_m_s: Speed of the fingers.
            force_n: Force of a grasp.
            epsilon_m: How far a grasped object's width may be from the closed one, to both sides.
        """

        speed_m_s: float = Field(0.1, gt=0)
        force_n: float = Field(30.0, gt=0)
        epsilon_m: float = Field(0.08, gt=0)

    types = ("franka_msgs/action/Grasp",)

    def goal(self, width_m: float) -> tuple[str, Mapping[str, Any]]:
        """Grasp where it closes, move where it opens."""
        config = self.config
        assert isinstance(config, self.Config)
        if not self._is_closing(width_m):
            return f"{self.topic}/move", {"width": width_m, "speed": config.speed_m_s}
        return f"{self.topic}/grasp", {
            "width": width_m,
            "speed": config.speed_m_s,
            "force": config.force_n,
            "epsilon": {"inner": config.epsilon_m, "outer": config.epsilon_m},
        }

    def _actions(self) -> dict[str, str]:
        return {
            f"{self.topic}/grasp": "franka_msgs/action/Grasp",
            f"{self.topic}/move": "franka_msgs/action/Move",
        }


class GripperCommandAction(GripperAction):
    """``control_msgs/GripperCommand``; its position is a share of the width."""

    class Config(GripperAction.Config):
        """Options.

        Attributes:
            position_per_m: Position of an opening of 1 m; Franka's server wants half of the
                width, the travel of one finger.
            max_effort: Greatest effort, N. Never 0: Franka's server would wait for ever.
        """

        position_per_m: float = Field(0.5, gt=0)
        max_effort: float = Field(30.0, gt=0)

    types = ("control_msgs/action/GripperCommand",)

    def goal(self, width_m: float) -> tuple[str, Mapping[str, Any]]:
        """The position and the effort."""
        config = self.config
        assert isinstance(config, self.Config)
        position = width_m * config.position_per_m
        return self.topic, {"command": {"position": position, "max_effort": config.max_effort}}

    def _actions(self) -> dict[str, str]:
        return {self.topic: self.types[0]}
