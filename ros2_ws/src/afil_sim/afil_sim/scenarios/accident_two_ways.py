"""Scenario ``accident_two_ways``: a crash blocks our lane, and the other one has traffic."""

from __future__ import annotations

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.stage import Setting, Shift, Stage


class AccidentTwoWays(Scenario):
    """CARLA's AccidentTwoWays."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("A3", "A4", "B4"), event=58)
        unseen: Setting = Setting(nodes=("D4", "C4", "B4"), event=58, weather="dusk")

    def populate(self, stage: Stage) -> None:
        """Two cars across each other, a police car and cones behind them, cars that come."""
        at, add = stage.event, stage.traffic.add
        add("police", stage.pose(at - 6, -0.2), (0.9, 0.9, 0.95), role="key")
        add("car", stage.pose(at + 1, -0.3, 0.35), stage.paint(), role="key")
        add("car", stage.pose(at + 5.5, -0.5, -0.5), stage.paint(), role="key")
        for i in range(2):
            add("cone", stage.pose(at - 10.5 - 1.5 * i, 0.9 - 1.1 * i), (0.95, 0.4, 0.05))
        begin, end = at - 12.5, at + 8.5
        stage.quiet.append((begin - 6, end + 4))
        stage.may_leave = (begin - 14, end + 18)
        stage.shifts.append(Shift(lambda: begin, lambda: end, 3.3, against=True))
        stage.oncoming(int(stage.rng.integers(1, 4)), at + stage.rng.uniform(25, 50), (16, 26))
