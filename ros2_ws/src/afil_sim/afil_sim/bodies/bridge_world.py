"""What carla-ros-bridge says of the world as a whole, under ``/carla``."""

from __future__ import annotations

import math
from typing import Any, Final

from afil_core import messages
from afil_core.topics import Qos
from afil_sim.bodies.bridge import EGO_ID, EGO_TYPE, Outgoing, pose, vector
from afil_sim.town.network import Network
from afil_sim.town.traffic import VEHICLES, Traffic

STATUS: Final = "/carla/status"
WORLD_INFO: Final = "/carla/world_info"
MAP: Final = "/carla/map"
ACTORS: Final = "/carla/actor_list"
LIGHTS: Final = "/carla/traffic_lights/status"
LIGHTS_INFO: Final = "/carla/traffic_lights/info"

_TYPES: Final = {
    STATUS: "carla_msgs/msg/CarlaStatus",
    WORLD_INFO: "carla_msgs/msg/CarlaWorldInfo",
    MAP: "std_msgs/msg/String",
    ACTORS: "carla_msgs/msg/CarlaActorList",
    LIGHTS: "carla_msgs/msg/CarlaTrafficLightStatusList",
    LIGHTS_INFO: "carla_msgs/msg/CarlaTrafficLightInfoList",
}
_LATCHED: Final = (WORLD_INFO, MAP, LIGHTS, LIGHTS_INFO)
# Numbers of the lights begin here, beyond those of any actor.
_FIRST_LIGHT: Final = 2000
# Before a light a car is looked for in a box of this size, m.
_TRIGGER: Final = (4.0, 3.5, 2.0)


class BridgeWorld:
    """The topics of the world.

    Args:
        network: The lanes of the map.
        name: The map's name.
        role: Role name of the ego vehicle.
        period_s: Time of a frame.
    """

    def __init__(self, network: Network, name: str, role: str, period_s: float) -> None:
        self._network, self._name, self._role, self._period = network, name, role, period_s
        self._ids: dict[str, int] = {}
        self._frame = 0
        self._seen_states: tuple[int, ...] = ()
        self._seen_actors: tuple[int, ...] = ()
        self._actors_cdr = b""
        self._told = False

    @property
    def topics(self) -> dict[str, tuple[str, Qos]]:
        """Every topic: type and the quality of service offered."""
        return {
            topic: (type_, Qos(durability="transient_local") if topic in _LATCHED else Qos())
            for topic, type_ in _TYPES.items()
        }

    def tick(self) -> list[Outgoing]:
        """A frame begins: its status, which comes before its time."""
        self._frame += 1
        return [(STATUS, messages.serialize(self._status()))]

    def messages(self, traffic: Traffic) -> list[Outgoing]:
        """What there is to say in a frame; lights when one has changed, the map once."""
        if not self._ids:
            self._ids = {s: _FIRST_LIGHT + i for i, s in enumerate(traffic.lights.signals)}
        said: list[tuple[str, Any]] = []
        lights = traffic.lights
        states = tuple(int(lights.state(s, traffic.time_s)) for s in self._ids)
        if states != self._seen_states:
            self._seen_states = states
            said.append((LIGHTS, self._light_states(states)))
        if not self._told:
            self._told = True
            said += [
                (WORLD_INFO, self._new(WORLD_INFO, map_name=self._name, opendrive=self._text)),
                (MAP, self._new(MAP, data=self._text)),
                (LIGHTS_INFO, self._new(LIGHTS_INFO, traffic_lights=self._light_infos())),
            ]
        present = tuple(a.id for a in traffic.visible)
        if present != self._seen_actors or not self._actors_cdr:
            self._seen_actors = present
            self._actors_cdr = messages.serialize(self._actors(traffic))
        encoded = [(topic, messages.serialize(message)) for topic, message in said]
        return [*encoded, (ACTORS, self._actors_cdr)]

    @property
    def _text(self) -> str:
        return self._network.map.text

    @staticmethod
    def _new(topic: str, **values: Any) -> Any:
        return messages.new(_TYPES[topic], **values)

    def _status(self) -> Any:
        return self._new(
            STATUS, frame=self._frame, fixed_delta_seconds=self._period, synchronous_mode=True,
            synchronous_mode_running=True,
        )  # fmt: skip

    def _actors(self, traffic: Traffic) -> Any:
        others = [
            messages.new("carla_msgs/msg/CarlaActorInfo", id=a.id, type=_blueprint(a.kind))
            for a in traffic.visible
        ]
        lights = [
            messages.new("carla_msgs/msg/CarlaActorInfo", id=number, type="traffic.traffic_light")
            for number in self._ids.values()
        ]
        ego = messages.new(
            "carla_msgs/msg/CarlaActorInfo", id=EGO_ID, type=EGO_TYPE, rolename=self._role
        )
        return self._new(ACTORS, actors=[ego, *others, *lights])

    def _light_states(self, states: tuple[int, ...]) -> Any:
        lights = [
            messages.new("carla_msgs/msg/CarlaTrafficLightStatus", id=number, state=state)
            for number, state in zip(self._ids.values(), states, strict=True)
        ]
        return self._new(LIGHTS, traffic_lights=lights)

    def _light_infos(self) -> list[Any]:
        return [self._light_info(signal, number) for signal, number in self._ids.items()]

    def _light_info(self, signal: str, number: int) -> Any:
        road, found = self._network.signals[signal]
        x, y, yaw = road.at(found.s, found.t)
        volume = messages.new(
            "carla_msgs/msg/CarlaBoundingBox", center=vector(0.0, 0.0, 0.0), size=vector(*_TRIGGER)
        )
        return messages.new(
            "carla_msgs/msg/CarlaTrafficLightInfo", id=number, trigger_volume=volume,
            transform=pose(x, y, 0.0, yaw + (math.pi if found.heading < 0 else 0.0)),
        )  # fmt: skip


def _blueprint(kind: str) -> str:
    """The blueprint's name of a kind of actor."""
    if kind == "pedestrian":
        return "walker.pedestrian.town"
    return f"vehicle.town.{kind}" if kind in VEHICLES else f"static.prop.{kind}"
