"""Guard ``commander``: nobody else commands the robot."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from afil_core.contract import Contract
from afil_policy.deploy.guards.base import Guard


class SoleCommander(Guard):
    """Refuses while another node publishes on a topic that the policy commands."""

    def __init__(self, config: Guard.Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._others: Mapping[str, Collection[str]] | None = None

    def look(self, commanders: Mapping[str, Collection[str]]) -> None:
        """Keep who else is there."""
        self._others = {topic: names for topic, names in commanders.items() if names}

    def verdict(self, now_s: float) -> str | None:
        """Names the others."""
        del now_s
        if self._others is None:
            return "it is not known yet who else publishes on the command topics"
        for topic, names in self._others.items():
            who = ", ".join(sorted(names))
            return (
                f"{who} publishes on {topic}, too: two commanders would fight over the robot; "
                f"stop the other one"
            )
        return None

    def reset(self) -> None:
        """What was seen before is no longer so."""
        self._others = None
