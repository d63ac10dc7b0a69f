"""Scenario ``hazard_at_side_lane``: slow cyclists in our lane, and traffic in the other."""

from __future__ import annotations

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.stage import Setting, Shift, Stage
from afil_sim.town.traffic import Actor, Drive


class HazardAtSideLane(Scenario):
    """CARLA's HazardAtSideLaneTwoWays."""

    class Config(ScenarioConfig):
        """Places of the scenario."""

        seen: Setting = Setting(nodes=("D3", "C3", "B3"), start=2, event=26)
        unseen: Setting = Setting(nodes=("B4", "A4", "A3"), start=2, event=26, weather="dusk")

    def populate(self, stage: Stage) -> None:
        """Cyclists one behind the other, and cars that come the other way."""
        at, side = stage.event, -0.95
        way = stage.beside(side, at, stage.junction[0] - 12)
        group: list[Actor] = []
        for i in range(int(stage.rng.integers(2, 4))):
            mind = Drive(way, 4.5 * i, 1.6)
            pose = way.at(mind.s)
            rider = stage.traffic.add("bicycle", pose, stage.paint(), mind=mind, role="key")
            rider.speed = 1.6
            group.append(rider)

        def reach(rider: Actor) -> float:
            assert isinstance(rider.mind, Drive)
            return at + rider.mind.s if rider.shown else -100.0

        stage.quiet.append((at - 8, stage.way.length))
        stage.may_leave = (2.0, stage.junction[0])
        stage.shifts.append(
            Shift(
                lambda: min(reach(r) for r in group) - 7,
                lambda: max(reach(r) for r in group) + 4,
                2.6,
                against=True,
            )
        )
        stage.oncoming(int(stage.rng.integers(1, 3)), at + stage.rng.uniform(10, 40), (16, 26))
