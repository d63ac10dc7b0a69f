"""What a scenario is: a dangerous moment on a route, seen in training or not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from afil_core.schema import Schema
from afil_sim.town.stage import Setting, Stage


class ScenarioConfig(Schema):
    """Where a scenario is played; each has its defaults.

    Attributes:
        seen: For training.
        unseen: Other streets, other weather.
    """

    seen: Setting
    unseen: Setting


class Scenario(ABC):
    """A scenario type of CARLA's Leaderboard 2 in our town.

    Args:
        config: Its places, an instance of :attr:`Config`.
    """

    Config: ClassVar[type[ScenarioConfig]] = ScenarioConfig

    def __init__(self, config: ScenarioConfig) -> None:
        self.config = config

    @abstractmethod
    def populate(self, stage: Stage) -> None:
        """Put everybody on the stage who has a part in it."""
