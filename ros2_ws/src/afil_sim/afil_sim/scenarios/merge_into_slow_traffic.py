"""Scenario ``merge_into_slow_traffic``: our lane ends, and the one beside it is full and slow."""

from __future__ import annotations

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.lights import Light
from afil_sim.town.stage import LANE, Setting, Shift, Stage


class MergeIntoSlowTraffic(Scenario):
    """CARLA's MergerIntoSlowTrafficV2."""

    class Config(ScenarioConfig):
        """Places of the scenario, and where the slow traffic comes from and goes to.

        Attributes:
            seen_flow: Junctions that it passes on the seen route.
            unseen_flow: And on the unseen one.
        """

        seen: Setting = Setting(nodes=("B2", "C2"), end=104, event=74)
        unseen: Setting = Setting(nodes=("C2", "C3"), end=104, event=74, weather="night")
        seen_flow: tuple[str, ...] = ("A2", "B2", "C2", "D2")
        unseen_flow: tuple[str, ...] = ("C1", "C2", "C3", "C4")

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._config = config

    def populate(self, stage: Stage) -> None:
        """A barrier in our lane, and a row of cars at walking pace in the left one."""
        at, config = stage.event, self._config
        seen = stage.setting == config.seen
        flow = list(config.seen_flow if seen else config.unseen_flow)
        route = stage.network.route(flow, 40.0, 60.0, lane=1)
        stage.hold_lights(route, Light.GREEN)
        s = route.way.project(*stage.way.at(26.0)[:2])[0]
        for _ in range(int(stage.rng.integers(6, 9))):
            stage.driver(route, s, 3.6).role = "key"
            s -= float(stage.rng.uniform(15, 25))
        for i in range(3):
            stage.traffic.add(
                "cone", stage.pose(at - 5 + 2 * i, -1.2 + 0.8 * i), (0.95, 0.4, 0.05)
            )
        stage.traffic.add("barrier", stage.pose(at + 2), (0.9, 0.3, 0.2), role="key")
        stage.quiet.append((at - 20, at + 60))
        stage.shifts.append(Shift(lambda: at - 44, lambda: 1e3, LANE, against=False))
