"""Scenario ``dynamic_object_crossing``: somebody steps into the street from behind a van."""

from __future__ import annotations

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.stage import Setting, Stage


class DynamicObjectCrossing(Scenario):
    """CARLA's DynamicObjectCrossing."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("B1", "A1", "A2"), event=66)
        unseen: Setting = Setting(nodes=("D3", "D4", "C4"), event=60, weather="rain")

    def populate(self, stage: Stage) -> None:
        """A van at the kerb, and who comes from behind it."""
        at = stage.event
        stage.quiet.append((at - 14, at + 8))
        stage.park(at - 4.6, "van")
        way = stage.across(at, stage.kerb - 3.2, 7.5)
        speed = float(stage.rng.uniform(1.8, 2.3))
        stage.walker(way, speed, stage.within(at, 3.4)).role = "key"
        stage.oncoming(1, stage.rng.uniform(100, 140), (20, 40))
