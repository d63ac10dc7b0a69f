"""Scenario ``stop_sign_turn``: a stop sign before a street with traffic, into which we turn."""

from __future__ import annotations

from afil_sim.scenarios.base import Scenario, ScenarioConfig
from afil_sim.town.lights import Light
from afil_sim.town.stage import Setting, Stage


class StopSignTurn(Scenario):
    """CARLA's VanillaNonSignalizedTurnEncounterStopsign."""

    class Config(ScenarioConfig):
        """Places of the scenario, and the street that is crossed.

        Attributes:
            seen_across: Junctions that the cross traffic passes on the seen route.
            unseen_across: And on the unseen one.
        """

        seen: Setting = Setting(nodes=("B2", "B1", "A1"), start=40)
        unseen: Setting = Setting(nodes=("D1", "D2", "C2"), start=40, weather="dusk")
        seen_across: tuple[str, ...] = ("C1", "B1", "A1")
        unseen_across: tuple[str, ...] = ("B2", "C2", "D2", "D3")

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._config = config

    def populate(self, stage: Stage) -> None:
        """Cars on the street that we turn into."""
        seen = stage.setting == self._config.seen
        nodes = self._config.seen_across if seen else self._config.unseen_across
        route = stage.network.route(list(nodes), 0.0, 100.0)
        stage.hold_lights(route, Light.GREEN)
        s = float(stage.rng.uniform(58, 70)) + (0 if seen else 150)
        for _ in range(int(stage.rng.integers(3, 5))):
            stage.driver(route, s, float(stage.rng.uniform(6.0, 7.0))).role = "key"
            s -= float(stage.rng.uniform(14, 20))
