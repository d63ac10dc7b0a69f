"""Scenarios of the town: dangerous moments on a route. One file each, chosen by name.

They are the ten types on which AutoFocus-IL was evaluated in CARLA, by CARLA's names.
"""

from typing import Final

from afil_core.registry import Registry
from afil_sim.scenarios.base import Scenario, ScenarioConfig

_HERE = "afil_sim.scenarios"

_PAPER: Final = {
    "parking_cut_in": f"{_HERE}.parking_cut_in:ParkingCutIn",
    "accident_two_ways": f"{_HERE}.accident_two_ways:AccidentTwoWays",
    "dynamic_object_crossing": f"{_HERE}.dynamic_object_crossing:DynamicObjectCrossing",
    "crossing_bicycle_flow": f"{_HERE}.crossing_bicycle_flow:CrossingBicycleFlow",
    "stop_sign_turn": f"{_HERE}.stop_sign_turn:StopSignTurn",
    "vehicle_opens_door": f"{_HERE}.vehicle_opens_door:VehicleOpensDoor",
    "pedestrian_crossing": f"{_HERE}.pedestrian_crossing:PedestrianCrossing",
    "merge_into_slow_traffic": f"{_HERE}.merge_into_slow_traffic:MergeIntoSlowTraffic",
    "blocked_intersection": f"{_HERE}.blocked_intersection:BlockedIntersection",
    "hazard_at_side_lane": f"{_HERE}.hazard_at_side_lane:HazardAtSideLane",
}
SCENARIOS: Registry[Scenario] = Registry("scenarios", "scenario", _PAPER)
# The ten of the paper, in the order in which seeds take them.
PAPER: Final = tuple(_PAPER)

__all__ = ["PAPER", "SCENARIOS", "Scenario", "ScenarioConfig"]
