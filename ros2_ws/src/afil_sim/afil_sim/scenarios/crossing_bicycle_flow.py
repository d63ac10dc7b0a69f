"""Scenario ``crossing_bicycle_flow``: we turn right, and cyclists cross where we want to go."""

from __future__ import annotations

import numpy as np

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.geometry import Way
from afil_sim.town.stage import Setting, Stage
from afil_sim.town.traffic import Drive


class CrossingBicycleFlow(Scenario):
    """CARLA's CrossingBicycleFlow."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("A4", "B4", "B3"), start=35, event=60)
        unseen: Setting = Setting(
            nodes=("D1", "C1", "C2"), start=35, event=60, weather="night_rain"
        )

    def populate(self, stage: Stage) -> None:
        """Cyclists on the cycle track beside our street, towards us."""
        begin, _ = stage.junction
        stage.quiet.append((begin - 40, begin + 60))
        # The track goes straight on where we turn.
        x, y, yaw = stage.way.at(begin - 6.0, stage.kerb - 2.0)
        ahead = np.array([np.cos(yaw), np.sin(yaw)])
        stations = np.arange(96.0, -34.0, -2.0)
        way = Way(np.array([x, y]) + stations[:, None] * ahead)
        s = 96.0 - 44.0
        for _ in range(int(stage.rng.integers(5, 8))):
            mind = Drive(way, s, 4.2, when=stage.reached(begin - 46))
            stage.traffic.add("bicycle", way.at(s), stage.paint(), mind=mind, role="key")
            s -= float(stage.rng.uniform(4.5, 8.0))
