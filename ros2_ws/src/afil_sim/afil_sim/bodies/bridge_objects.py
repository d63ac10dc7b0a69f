"""The bridge's services by which carla_spawn_objects sets the vehicle up; the town has one."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

from afil_core.contract import Contract
from afil_sim.bodies.bridge import EGO_ID, EGO_TYPE

SPAWN: Final = "/carla/spawn_object"
DESTROY: Final = "/carla/destroy_object"
BLUEPRINTS: Final = "/carla/get_blueprints"
_CAMERA: Final = "sensor.camera.rgb"
# What the bridge makes of its own, and the town publishes whether it is asked for or not.
_PSEUDO: Final = (
    "actor.pseudo.control", "sensor.pseudo.actor_list", "sensor.pseudo.objects",
    "sensor.pseudo.odom", "sensor.pseudo.opendrive_map", "sensor.pseudo.speedometer",
    "sensor.pseudo.traffic_lights",
)  # fmt: skip
_OTHER: Final = ("sensor.other.collision", "sensor.other.lane_invasion")
# As in the bridge, numbers of what is no actor of the simulator begin here.
_FIRST: Final = 10000
Handler = Callable[[Any, Any], Any]


class BridgeObjects:
    """Answers the services; what is asked for is there already, or refused with a sentence.

    Args:
        contract: The car's contract.
        role: Role name of the ego vehicle.
        fov: Horizontal field of view of its cameras, degrees.
    """

    def __init__(self, contract: Contract, role: str, fov: float) -> None:
        self._role, self._fov = role, fov
        # A camera's id is the name in its topic: /carla/<role>/<id>/image.
        self._cameras = {s.topic.split("/")[-2]: s.shape[:2] for s in contract.images}
        self._ids = count(_FIRST)
        self._spawned: dict[int, str] = {}

    @property
    def services(self) -> Mapping[str, tuple[str, Handler]]:
        """Every service: type, and what fills its answer in."""
        return {
            SPAWN: ("carla_msgs/srv/SpawnObject", self.spawn),
            DESTROY: ("carla_msgs/srv/DestroyObject", self.destroy),
            BLUEPRINTS: ("carla_msgs/srv/GetBlueprints", self.blueprints),
        }

    def spawn(self, request: Any, response: Any) -> Any:
        """Say the number of what is asked for; -1 and a sentence where the town has none."""
        refusal = self._refusal(request)
        if refusal:
            response.id, response.error_string = -1, refusal
            return response
        response.id = EGO_ID if request.type.startswith("vehicle.") else next(self._ids)
        self._spawned[response.id] = request.type
        return response

    def destroy(self, request: Any, response: Any) -> Any:
        """Forget what was asked for; the car stays, for the town has no other."""
        response.success = self._spawned.pop(request.id, None) is not None
        return response

    def blueprints(self, request: Any, response: Any) -> Any:
        """Names that match the filter."""
        known = sorted((EGO_TYPE, _CAMERA, *_OTHER, *_PSEUDO))
        wanted = request.filter or "*"
        response.blueprints = [name for name in known if fnmatch.fnmatch(name, wanted)]
        return response

    def _refusal(self, request: Any) -> str:
        kind = request.type
        if kind.startswith("vehicle."):
            if request.id == self._role:
                return ""
            return f"the town has one vehicle to drive, with the role name {self._role}"
        if request.attach_to not in (0, EGO_ID):
            return f"parent actor {request.attach_to} not found"
        if kind == _CAMERA:
            return self._camera_refusal(request)
        if kind in _PSEUDO or kind in _OTHER:
            return ""
        return f"the town has no {kind}; it has {', '.join((_CAMERA, *_OTHER, *_PSEUDO))}"

    def _camera_refusal(self, request: Any) -> str:
        if request.id not in self._cameras:
            return f"the town has the cameras of its contract: {', '.join(self._cameras)}"
        height, width = self._cameras[request.id]
        asked = {a.key: a.value for a in request.attributes}
        there = {"image_size_x": width, "image_size_y": height, "fov": self._fov}
        wrong = [
            f"{k} {asked[k]}" for k, v in there.items() if k in asked and _differs(asked[k], v)
        ]
        if not wrong:
            return ""
        return (
            f"the town's {request.id} is {width}x{height} with a field of view of "
            f"{self._fov:g} degrees, not {', '.join(wrong)}"
        )


def _differs(text: str, value: float) -> bool:
    try:
        return float(text) != value
    except ValueError:
        return True
