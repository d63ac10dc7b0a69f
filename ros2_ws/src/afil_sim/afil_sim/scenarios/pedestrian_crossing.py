"""Scenario ``pedestrian_crossing``: people walk over a crosswalk."""

from __future__ import annotations

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.stage import Setting, Stage


class PedestrianCrossing(Scenario):
    """CARLA's PedestrianCrossing."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("A2", "A3", "A4"), start=30)
        unseen: Setting = Setting(nodes=("C4", "D4", "D3"), start=30, weather="night")

    def populate(self, stage: Stage) -> None:
        """Three people, one after the other, on the crosswalk before the junction."""
        s, _ = stage.junction
        right, left = stage.kerb - 2.6, 0.5 * 3.5 + 3.5 * (2 * stage.lanes - 1) + 2.6
        for i in range(3):
            way = stage.across(s - 2.5 + 0.7 * (i - 1), right, left)
            speed = float(stage.rng.uniform(1.3, 1.7))
            trigger = stage.reached(s - 38)
            stage.walker(way, speed, trigger, delay_s=1.1 * i).role = "key"
        stage.oncoming(1, stage.rng.uniform(130, 150), (20, 40))
