"""Scenario ``blocked_intersection``: behind the corner a car stands in our lane."""

from __future__ import annotations

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.stage import Setting, Stage
from afil_sim.town.traffic import Drive


class BlockedIntersection(Scenario):
    """CARLA's BlockedIntersection."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("D4", "D3", "C3"), start=35)
        unseen: Setting = Setting(nodes=("B1", "C1", "C2"), start=35, weather="night_rain")

    def populate(self, stage: Stage) -> None:
        """A car that stands just behind the junction and drives on after a while."""
        begin, end = stage.junction
        at = end + float(stage.rng.uniform(3.5, 6.0))
        delay = float(stage.rng.uniform(6.0, 9.0))
        way = stage.beside(0.0, at, stage.way.length + 40)
        mind = Drive(way, 0.0, 8.0, when=stage.reached(begin - 12), delay_s=delay)
        stage.traffic.add("car", stage.pose(at), stage.paint(), mind=mind, role="key")
