"""What carla_spawn_objects is told: a vehicle and sensors that send what the contract says."""

from __future__ import annotations

import copy
from typing import Any, Final

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation

_PREFIX: Final = "/carla/"
_CAMERA: Final = "sensor.camera.rgb"
# As carla-ros-bridge sends its color cameras.
_ENCODING: Final = "bgra8"
_PLACE: Final = ("x", "y", "z", "roll", "pitch", "yaw")
# CARLA's physics stands for no longer step.
_LONGEST_STEP_S: Final = 0.1

Objects = dict[str, Any]


def require_tick(contract: Contract, *, waits: bool) -> float:
    """The simulator's step, s: the contract's control period.

    Args:
        contract: The contract.
        waits: Whether each frame waits for one control.

    Raises:
        AfilError: When CARLA makes no such step, or cameras and control don't go together.
    """
    period_s = contract.period_ns * 1e-9
    if period_s >= _LONGEST_STEP_S:
        raise AfilError(
            f"contract '{contract.robot}' has control_rate_hz: {contract.control_rate_hz:g}, and "
            f"a synchronous CARLA makes steps of less than {_LONGEST_STEP_S:g} s; write a rate "
            f"above {1 / _LONGEST_STEP_S:g}"
        )
    anchor = contract.stream(contract.anchor)
    if waits and anchor.rate_hz != contract.control_rate_hz:
        raise AfilError(
            f"contract '{contract.robot}' has {anchor.key}.rate_hz: {anchor.rate_hz:g} and "
            f"control_rate_hz: {contract.control_rate_hz:g}, and each frame waits for one "
            f"control; write one rate, or let the simulator run on: bringup:='{{wait_for_control: "
            f"false}}'"
        )
    return period_s


def role_name(contract: Contract) -> str:
    """The vehicle's role name: in the bridge all of its topics begin with it.

    Raises:
        AfilError: When the contract's topics don't tell one.
    """
    roles = {t.removeprefix(_PREFIX).split("/")[0] for t in contract.topics()}
    if len(roles) != 1 or not all(t.startswith(_PREFIX) for t in contract.topics()):
        raise AfilError(
            f"the bridge's topics are {_PREFIX}<role name>/..., with one role name, and contract "
            f"'{contract.robot}' has {', '.join(sorted(contract.topics()))}; correct it, or start "
            f"the drivers yourself (bringup:=none)"
        )
    return roles.pop()


def made_objects(
    contract: Contract, shipped: Objects, *, vehicle: str, spawn_point: str = ""
) -> Objects:
    """The shipped objects with the contract's role name, cameras and image sizes.

    Args:
        contract: The contract.
        shipped: The objects that go with the contract ``carla``; where cameras are mounted, and
            their field of view, is there.
        vehicle: Blueprint of the vehicle.
        spawn_point: Six numbers with commas between them; empty for one of the map's.

    Raises:
        AfilError: When a camera of the contract is none of the shipped ones, or none that the
            bridge has, or the spawn point is none.
    """
    objects = copy.deepcopy(shipped)
    (ego,) = (o for o in objects["objects"] if o["type"].startswith("vehicle."))
    ego["type"], ego["id"] = vehicle, role_name(contract)
    if spawn_point:
        ego["spawn_point"] = _read_place(spawn_point)
    cameras = {s["id"]: s for s in ego["sensors"] if s["type"] == _CAMERA}
    others = [s for s in ego["sensors"] if s["type"] != _CAMERA]
    ego["sensors"] = [
        *others,
        *(_camera(s, ego["id"], cameras, contract) for s in contract.images),
    ]
    return objects


def _camera(
    stream: Observation, role: str, shipped: dict[str, Objects], contract: Contract
) -> Objects:
    known = {f"{_PREFIX}{role}/{name}/image": camera for name, camera in shipped.items()}
    encoding = getattr(stream, "encoding", "compressed")
    if stream.topic not in known or encoding != _ENCODING:
        raise AfilError(
            f"contract '{contract.robot}' has a camera on {stream.topic} ({encoding}), and what "
            f"is spawned has {', '.join(known)} ({_ENCODING}); correct {stream.key}, or say which "
            f"objects are spawned: bringup:='{{objects: FILE.json}}'"
        )
    height, width = stream.shape[:2]
    return {**known[stream.topic], "image_size_x": width, "image_size_y": height}


def _read_place(text: str) -> dict[str, float]:
    try:
        return dict(zip(_PLACE, map(float, text.split(",")), strict=True))
    except ValueError as error:
        raise AfilError(
            f"bringup: spawn_point '{text}' is not {','.join(_PLACE)}, six numbers"
        ) from error
