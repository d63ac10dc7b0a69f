"""Standard interfaces as the installation worked them out, for a quick start of every node.

rosbags' store makes a class of each of its messages when it is imported, and Cyclone's types
describe themselves in Python. Together they take a third of a node's start. The build writes
what of them is needed into a file; where it is missing, both are asked.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from typing import Any

from embedded_ros2.model import EMPTY_MEMBER

FILE = os.path.join("share", "embedded_ros2", "standard.json")
#: What every node offers, and what nearly all of them say.
_SERVICES = (
    *(f"rcl_interfaces/srv/{name}" for name in (
        "DescribeParameters", "GetParameterTypes", "GetParameters", "ListParameters",
        "SetParameters", "SetParametersAtomically")),
    *(f"lifecycle_msgs/srv/{name}" for name in (
        "ChangeState", "GetAvailableStates", "GetAvailableTransitions", "GetState")),
    "std_srvs/srv/Trigger", "type_description_interfaces/srv/GetTypeDescription",
)  # fmt: skip
_MESSAGES = (
    "diagnostic_msgs/msg/DiagnosticArray", "geometry_msgs/msg/PoseStamped",
    "lifecycle_msgs/msg/TransitionEvent", "rcl_interfaces/msg/Log",
    "rcl_interfaces/msg/ParameterEvent", "rmw_dds_common/msg/ParticipantEntitiesInfo",
    "rosgraph_msgs/msg/Clock", "sensor_msgs/msg/Image", "sensor_msgs/msg/JointState",
    "std_msgs/msg/String",
)  # fmt: skip
#: Structures whose DDS types are in the file: name, and whether a service's header precedes.
TYPES = (
    *((name, False) for name in _MESSAGES),
    *((f"{name}_{part}", True) for name in _SERVICES for part in ("Request", "Response")),
)


@cache
def _file() -> dict[str, Any]:
    try:
        with open(os.path.join(sys.prefix, FILE), encoding="utf-8") as file:
            return dict(json.load(file))
    except OSError:
        return {}


@cache
def messages() -> dict[str, Any]:
    """Messages by full name: constants (name, type, value), and fields.

    A field is its name and the four attributes of :class:`embedded_ros2.model.FieldType`.
    """
    return _file().get("messages") or messages_of_rosbags()


def type_information(key: str) -> tuple[bytes, bytes] | None:
    """What XTypes says of a DDS type, as Cyclone serialises it; None where it is not in the file.

    Args:
        key: Of :func:`type_key`.
    """
    found = _file().get("types", {}).get(key)
    return (bytes.fromhex(found[0]), bytes.fromhex(found[1])) if found else None


def type_key(name: str, service_header: bool) -> str:
    """Name of a DDS type in the file."""
    return f"{name} with header" if service_header else name


def messages_of_rosbags() -> dict[str, Any]:
    """The same as :func:`messages`, of rosbags' store for Jazzy."""
    from rosbags.interfaces import Nodetype
    from rosbags.typesys.stores import ros2_jazzy

    def kind(description: Any) -> list[Any]:
        node, value = description
        if node == Nodetype.BASE:
            base, bound = value
            return [base, None, 0, bound or 0]
        if node == Nodetype.NAME:
            return [value, None, 0, 0]
        element, size = value
        base, _, _, bound = kind(element)
        return [base, "array" if node == Nodetype.ARRAY else "sequence", size or 0, bound]

    return {
        name: [
            [list(constant) for constant in entry[0]],
            [[field, *kind(type_)] for field, type_ in entry[1] if field != EMPTY_MEMBER],
        ]
        for name, entry in ros2_jazzy.FIELDDEFS.items()
    }


def write(path: str) -> None:
    """Work everything out anew, and write the file."""
    from rclpy.impl.raw_types import described

    types = {
        type_key(name, header): [part.hex() for part in described(name, header)]
        for name, header in TYPES
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"messages": messages_of_rosbags(), "types": types}, file)
