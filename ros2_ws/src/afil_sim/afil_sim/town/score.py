"""The Driving Score of the CARLA Leaderboard 2: route completion times a penalty per infraction.

The values are those of ``leaderboard/utils/statistics_manager.py`` of CARLA's leaderboard, branch
``leaderboard-2.0``; Bench2Drive uses the same but leaves :attr:`Kind.MIN_SPEED` out of the score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(str, Enum):
    """What can go wrong."""

    COLLISION_PEDESTRIAN = "collision_pedestrian"
    COLLISION_VEHICLE = "collision_vehicle"
    COLLISION_STATIC = "collision_static"
    RED_LIGHT = "red_light"
    STOP_SIGN = "stop_sign"
    SCENARIO_TIMEOUT = "scenario_timeout"
    YIELD_TO_EMERGENCY = "yield_to_emergency"
    OUTSIDE_ROUTE_LANES = "outside_route_lanes"
    MIN_SPEED = "min_speed"


# What each infraction leaves of the score.
PENALTIES: Final = {
    Kind.COLLISION_PEDESTRIAN: 0.5,
    Kind.COLLISION_VEHICLE: 0.6,
    Kind.COLLISION_STATIC: 0.65,
    Kind.RED_LIGHT: 0.7,
    Kind.STOP_SIGN: 0.8,
    Kind.SCENARIO_TIMEOUT: 0.7,
    Kind.YIELD_TO_EMERGENCY: 0.7,
}
# What is left at the worst share of those that have one: driven outside of the lanes all the way;
# not moved at all beside the traffic around.
_WORST_OUTSIDE: Final = 0.0
_WORST_SPEED: Final = 0.7


@dataclass(frozen=True)
class Infraction:
    """One thing that went wrong.

    Attributes:
        kind: What.
        percentage: Of the way driven outside of the lanes, or of the speed of the traffic around
            that was reached; the other kinds have none.
        time_s: When, since the begin of the episode.
        x: Where, m in the map.
        y: Where, m in the map.
        other: What was hit, or the light or sign; empty for the others.
    """

    kind: Kind
    percentage: float = 0.0
    time_s: float = 0.0
    x: float = 0.0
    y: float = 0.0
    other: str = ""

    @property
    def penalty(self) -> float:
        """The factor on the score."""
        share = self.percentage / 100
        if self.kind is Kind.OUTSIDE_ROUTE_LANES:
            return 1 - (1 - _WORST_OUTSIDE) * share
        if self.kind is Kind.MIN_SPEED:
            return 1 - (1 - _WORST_SPEED) * (1 - share)
        return PENALTIES[self.kind]


def driving_score(completion: float, infractions: Iterable[Infraction]) -> float:
    """The Driving Score.

    Args:
        completion: How much of the route was driven, percent.
        infractions: All of the episode.

    Returns:
        0..100.
    """
    score = completion
    for infraction in infractions:
        score *= infraction.penalty
    return score


def counts(infractions: Iterable[Infraction]) -> dict[str, int]:
    """How many infractions of each kind; kinds without one are left out."""
    found: dict[str, int] = {}
    for infraction in infractions:
        found[infraction.kind.value] = found.get(infraction.kind.value, 0) + 1
    return found
