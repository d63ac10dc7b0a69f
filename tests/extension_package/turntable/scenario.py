"""Scenario ``lost_box``: a box lies in our lane, and we wait until somebody takes it away."""

from __future__ import annotations

from afil_sim.scenarios import Scenario, ScenarioConfig
from afil_sim.town.geometry import Pose2
from afil_sim.town.stage import Setting, Stage
from afil_sim.town.traffic import Actor, Mind, Traffic


class TakenAway(Mind):
    """Lies there, and is gone some time after the ego vehicle has come near.

    Args:
        near: How far the ego vehicle must have come, m.
        delay_s: How long after that it is taken away.
    """

    def __init__(self, near: float, delay_s: float) -> None:
        self._near, self._left = near, delay_s

    def step(self, actor: Actor, traffic: Traffic, dt: float) -> None:
        """Wait, and be gone."""
        if traffic.ego_s >= self._near:
            self._left -= dt
        actor.shown = self._left > 0

    def forecast(self, actor: Actor, time_s: float) -> Pose2:
        """Where it lies."""
        del time_s
        return actor.x, actor.y, actor.yaw


class LostBox(Scenario):
    """A box in the lane."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("B3", "A3", "A2"), event=60)
        unseen: Setting = Setting(nodes=("D2", "D3", "D4"), event=60, weather="night")

    def populate(self, stage: Stage) -> None:
        """The box; the expert is told nothing, for it sees what stands in its lane."""
        mind = TakenAway(stage.event - 10, 3.0)
        stage.traffic.add("barrier", stage.pose(stage.event), (0.6, 0.4, 0.2), mind=mind)
        stage.quiet.append((stage.event - 10, stage.event + 10))
