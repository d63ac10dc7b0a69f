"""Scenario ``parking_cut_in``: a parked car pulls out in front of us."""

from __future__ import annotations

import numpy as np

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.geometry import Way
from afil_sim.town.stage import Setting, Stage
from afil_sim.town.traffic import Drive


class ParkingCutIn(Scenario):
    """CARLA's ParkingCutIn."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("A1", "B1", "C1"), event=62)
        unseen: Setting = Setting(nodes=("A4", "B4", "C4"), event=58, weather="rain")

    def populate(self, stage: Stage) -> None:
        """One car that waits at the kerb, one parked before and one behind it."""
        at, kerb = stage.event, stage.kerb - 1.2
        stage.quiet.append((at - 16, at + 30))
        stage.park(at - 8.5)
        # Out of the gap within 10 m, then along the lane.
        along = np.arange(0.0, stage.way.length - at + 40, 1.5)
        share = np.clip(along / 10.0, 0, 1)
        offsets = kerb * (1 - share**2 * (3 - 2 * share))
        points = [stage.way.at(at + s, o)[:2] for s, o in zip(along, offsets, strict=True)]
        mind = Drive(Way(np.array(points)), 0.0, 4.5, when=stage.within(at, 3.1))
        stage.traffic.add("car", stage.pose(at, kerb), stage.paint(), mind=mind, role="key")
        stage.oncoming(2, stage.rng.uniform(70, 110), (20, 40))
