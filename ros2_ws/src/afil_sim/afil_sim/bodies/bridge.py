"""What carla-ros-bridge publishes of an ego vehicle beside the streams of its contract.

Names are the bridge's: ``<vehicle>/odometry`` beside the contract's ``<vehicle>/vehicle_status``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from afil_core import messages
from afil_core.commands.vehicle import VehicleStatus
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.topics import Qos
from afil_sim.bodies.car import MASS, WHEEL_RADIUS, WHEELBASE, WIDTH, Car
from afil_sim.town.traffic import Actor, Traffic

Outgoing = tuple[str, bytes]

# The ego vehicle's number on the bridge's topics, where 0 stands for nobody.
EGO_ID: Final = 1000
EGO_TYPE: Final = "vehicle.afil.town"

_STATUS: Final = "carla_msgs/msg/CarlaEgoVehicleStatus"
_CONTROL: Final = "carla_msgs/msg/CarlaEgoVehicleControl"
_INFO: Final = "carla_msgs/msg/CarlaEgoVehicleInfo"
_WHEEL: Final = "carla_msgs/msg/CarlaEgoVehicleInfoWheel"
_ODOMETRY: Final = "nav_msgs/msg/Odometry"
_CAMERA_INFO: Final = "sensor_msgs/msg/CameraInfo"
_OBJECTS: Final = "derived_object_msgs/msg/ObjectArray"
_OBJECT: Final = "derived_object_msgs/msg/Object"
_COLLISION: Final = "carla_msgs/msg/CarlaCollisionEvent"
_INVASION: Final = "carla_msgs/msg/CarlaLaneInvasionEvent"
_VECTOR: Final = "geometry_msgs/msg/Vector3"
_TWIST: Final = "geometry_msgs/msg/Twist"
_MAP: Final = "map"
_LATCHED: Final = Qos(durability="transient_local")
# derived_object_msgs/Object's numbers; what is none of them is a small unknown thing.
_CLASSES: Final = {
    "car": 6, "police": 6, "van": 7, "truck": 7, "bicycle": 5, "pedestrian": 4, "barrier": 10,
    "door": 9, "cone": 1,
}  # fmt: skip
_TRACKED: Final = 1
_BOX: Final = 1


@dataclass(frozen=True)
class Hit:
    """A collision of the ego vehicle.

    Attributes:
        other: Number of the actor that it hit; 0 for what stands for ever.
        lost: Speed that it lost, m/s.
        yaw: Where it pointed.
    """

    other: int
    lost: float
    yaw: float

    @property
    def impulse(self) -> tuple[float, float]:
        """What stopped it, N s; as the bridge passes CARLA's on, whose y points to the right."""
        most = MASS * self.lost
        return -most * math.cos(self.yaw), most * math.sin(self.yaw)


class Bridge:
    """The vehicle's own topics.

    Args:
        contract: The car's contract.
        fov: Horizontal field of view of its cameras, degrees.

    Raises:
        AfilError: When the contract has no vehicle status, whose topic tells the vehicle's name.
    """

    def __init__(self, contract: Contract, fov: float) -> None:
        demonstrated = contract.action.demonstrated if contract.action else ()
        found = [c for c in demonstrated if isinstance(c, VehicleStatus)]
        if not found:
            raise AfilError(
                f"the contract of {contract.robot} demonstrates no command of kind "
                f"vehicle_status, on whose topic the simulated car says what was applied; add it "
                f"(action.demonstrated), or run a simulator of its own and leave sim:=false"
            )
        self._status = found[0].topic
        self._vehicle = self._status.rpartition("/")[0]
        self._cameras = contract.images
        self._focal = {
            s.name: s.shape[1] / (2 * math.tan(math.radians(fov) / 2)) for s in self._cameras
        }
        self._told = False

    @property
    def topics(self) -> dict[str, tuple[str, Qos]]:
        """Every topic: type and the quality of service offered."""
        vehicle, reliable = self._vehicle, Qos()
        return {
            self._status: (_STATUS, reliable),
            f"{vehicle}/vehicle_info": (_INFO, _LATCHED),
            f"{vehicle}/odometry": (_ODOMETRY, reliable),
            f"{vehicle}/objects": (_OBJECTS, reliable),
            f"{vehicle}/collision": (_COLLISION, reliable),
            f"{vehicle}/lane_invasion": (_INVASION, reliable),
            **{_beside(s.topic): (_CAMERA_INFO, reliable) for s in self._cameras},
        }

    def messages(
        self, stamp_ns: int, car: Car, traffic: Traffic, hit: Hit | None, crossed: tuple[int, ...]
    ) -> list[Outgoing]:
        """What there is to say in a frame.

        Args:
            stamp_ns: Its stamp.
            car: The ego vehicle.
            traffic: Everybody else.
            hit: The collision in this step; None for none.
            crossed: Markings that were crossed in this step, by carla_msgs' numbers.
        """
        vehicle = self._vehicle
        said = [
            (self._status, self._status_of(stamp_ns, car)),
            (f"{vehicle}/odometry", self._odometry(stamp_ns, car)),
            (f"{vehicle}/objects", self._objects(stamp_ns, traffic)),
            *((_beside(s.topic), self._camera_info(stamp_ns, s)) for s in self._cameras),
        ]
        if hit is not None:
            collision = messages.new(
                _COLLISION,
                header=messages.header(stamp_ns, f"{self.role}/collision"),
                other_actor_id=hit.other,
                normal_impulse=vector(*hit.impulse, 0.0),
            )
            said.append((f"{vehicle}/collision", collision))
        if crossed:
            event = messages.new(
                _INVASION,
                header=messages.header(stamp_ns, f"{self.role}/lane_invasion"),
                crossed_lane_markings=np.array(crossed, dtype=np.int32),
            )
            said.append((f"{vehicle}/lane_invasion", event))
        if not self._told:
            self._told = True
            said.append((f"{vehicle}/vehicle_info", self._info(car)))
        return [(topic, messages.serialize(message)) for topic, message in said]

    @property
    def vehicle(self) -> str:
        """Prefix of the vehicle's topics."""
        return self._vehicle

    @property
    def role(self) -> str:
        """Its role name, which is its coordinate frame, too."""
        return self._vehicle.rpartition("/")[2]

    def _status_of(self, stamp_ns: int, car: Car) -> Any:
        throttle, steer, brake = car.control.tolist()
        header = messages.header(stamp_ns, _MAP)
        applied = messages.new(
            _CONTROL, header=header, throttle=throttle, steer=steer, brake=brake,
            hand_brake=car.hand_brake, reverse=car.reverse,
        )  # fmt: skip
        forward = vector(
            car.acceleration * math.cos(car.yaw), car.acceleration * math.sin(car.yaw), 0.0
        )
        return messages.new(
            _STATUS, header=header, velocity=abs(car.speed), orientation=_quaternion(car.yaw),
            acceleration=messages.new("geometry_msgs/msg/Accel", linear=forward), control=applied,
        )  # fmt: skip

    def _odometry(self, stamp_ns: int, car: Car) -> Any:
        twist = messages.new(
            _TWIST, linear=vector(car.speed, 0.0, 0.0), angular=vector(0.0, 0.0, car.yaw_rate)
        )
        where = messages.new(
            "geometry_msgs/msg/PoseWithCovariance", pose=pose(car.x, car.y, 0.0, car.yaw)
        )
        return messages.new(
            _ODOMETRY, header=messages.header(stamp_ns, _MAP), child_frame_id=self.role,
            pose=where,
            twist=messages.new("geometry_msgs/msg/TwistWithCovariance", twist=twist),
        )  # fmt: skip

    def _objects(self, stamp_ns: int, traffic: Traffic) -> Any:
        header = messages.header(stamp_ns, _MAP)
        objects = [self._object(header, actor) for actor in traffic.visible]
        return messages.new(_OBJECTS, header=header, objects=objects)

    @staticmethod
    def _object(header: Any, a: Actor) -> Any:
        moving = vector(a.speed * math.cos(a.yaw), a.speed * math.sin(a.yaw), 0.0)
        shape = messages.new(
            "shape_msgs/msg/SolidPrimitive",
            type=_BOX,
            dimensions=_array(a.length, a.width, a.height),
        )
        return messages.new(
            _OBJECT, header=header, id=a.id, detection_level=_TRACKED, object_classified=True,
            pose=pose(a.x, a.y, 0.5 * a.height, a.yaw), twist=messages.new(_TWIST, linear=moving),
            shape=shape, classification=_CLASSES[a.kind], classification_certainty=255,
        )  # fmt: skip

    def _camera_info(self, stamp_ns: int, stream: Any) -> Any:
        height, width = stream.shape[:2]
        f, cx, cy = self._focal[stream.name], width / 2, height / 2
        return messages.new(
            _CAMERA_INFO, header=messages.header(stamp_ns, stream.frame), height=height,
            width=width, distortion_model="plumb_bob", d=_array(*[0.0] * 5),
            k=_array(f, 0, cx, 0, f, cy, 0, 0, 1), r=_array(1, 0, 0, 0, 1, 0, 0, 0, 1),
            p=_array(f, 0, cx, 0, 0, f, cy, 0, 0, 0, 1, 0),
        )  # fmt: skip

    def _info(self, car: Car) -> Any:
        wheels = [
            messages.new(
                _WHEEL,
                tire_friction=3.5,
                max_steer_angle=car.config.max_steer * front,
                radius=WHEEL_RADIUS,
                max_brake_torque=1500.0,
                position=vector((front - 0.5) * WHEELBASE, side * 0.42 * WIDTH, WHEEL_RADIUS),
            )
            for front in (1, 0)
            for side in (1, -1)
        ]
        return messages.new(
            _INFO, id=EGO_ID, type=EGO_TYPE, rolename=self.role, wheels=wheels,
            use_gear_autobox=True, mass=MASS,
        )  # fmt: skip


def _beside(image_topic: str) -> str:
    return f"{image_topic.rpartition('/')[0]}/camera_info"


def _array(*values: float) -> Any:
    return np.array(values, dtype=np.float64)


def vector(x: float, y: float, z: float) -> Any:
    """A geometry_msgs/Vector3."""
    return messages.new(_VECTOR, x=x, y=y, z=z)


def _quaternion(yaw: float) -> Any:
    return messages.new(
        "geometry_msgs/msg/Quaternion", x=0.0, y=0.0, z=math.sin(yaw / 2), w=math.cos(yaw / 2)
    )


def pose(x: float, y: float, z: float, yaw: float) -> Any:
    """A geometry_msgs/Pose."""
    point = messages.new("geometry_msgs/msg/Point", x=x, y=y, z=z)
    return messages.new("geometry_msgs/msg/Pose", position=point, orientation=_quaternion(yaw))
