"""Finds interface definitions: the rosbags store for Jazzy, then ``share/<package>``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from embedded_ros2 import standard
from embedded_ros2.finder import KINDS, STORE_PACKAGES, share_directories
from embedded_ros2.model import Constant, Definition, Field, FieldType
from embedded_ros2.parser import parse_message, split_sections

# The store keeps no default values; these are the standard messages that have some.
_STORE_DEFAULTS = {"geometry_msgs/msg/Quaternion": {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}}


class UnknownInterfaceError(LookupError):
    """No definition of that name is known."""


def _from_store(name: str) -> Definition | None:
    entry = standard.messages().get(name)
    if entry is None:
        return None
    constants, fields = entry
    defaults = _STORE_DEFAULTS.get(name, {})
    return Definition(
        name,
        tuple(Field(field, FieldType(*kind), defaults.get(field)) for field, *kind in fields),
        tuple(Constant(constant, kind, value) for constant, kind, value in constants),
    )


def find_file(package: str, kind: str, name: str) -> Path | None:
    """Path of ``share/<package>/<kind>/<name>.<kind>``, or None."""
    for share in share_directories():
        path = Path(share, package, kind, f"{name}.{kind}")
        if path.is_file():
            return path
    return None


@cache
def message_definition(name: str) -> Definition:
    """Definition of a structure: a message, or a part of a service or action.

    Args:
        name: ``std_msgs/msg/String``, ``std_srvs/srv/Trigger_Request``,
            ``franka_msgs/action/Move_Goal`` ...

    Raises:
        UnknownInterfaceError: No such interface is in the store or in a share folder.
    """
    found = _from_store(name)
    if found is not None:
        return found
    package, kind, short = name.split("/")
    if kind == "msg":
        path = find_file(package, kind, short)
        if path is not None:
            return parse_message(path.read_text(encoding="utf-8"), name, str(path))
    elif kind == "srv":
        return _service_part(package, short)
    elif kind == "action":
        return _action_part(package, short)
    raise UnknownInterfaceError(
        f"embedded_ros2 has no definition of {name}: put {short}.{kind} into "
        f"share/{package}/{kind} of a prefix on AMENT_PREFIX_PATH, or use a ROS 2 installation"
    )


def _sections(package: str, kind: str, name: str, count: int) -> list[str]:
    path = find_file(package, kind, name)
    if path is None:
        raise UnknownInterfaceError(
            f"embedded_ros2 has no definition of {package}/{kind}/{name}: put {name}.{kind} into "
            f"share/{package}/{kind} of a prefix on AMENT_PREFIX_PATH, or use a ROS 2 installation"
        )
    sections = split_sections(path.read_text(encoding="utf-8"))
    if len(sections) != count:
        raise UnknownInterfaceError(f"{path} has {len(sections)} sections instead of {count}")
    return sections


def _event(prefix: str) -> Definition:
    return Definition(
        f"{prefix}_Event",
        (
            Field("info", FieldType("service_msgs/msg/ServiceEventInfo")),
            Field("request", FieldType(f"{prefix}_Request", "sequence", 1)),
            Field("response", FieldType(f"{prefix}_Response", "sequence", 1)),
        ),
    )


def _service_part(package: str, short: str) -> Definition:
    service, _, part = short.rpartition("_")
    sections = _sections(package, "srv", service or short, 2)
    full = f"{package}/srv/{short}"
    if part == "Event":
        return _event(f"{package}/srv/{service}")
    if part not in ("Request", "Response"):
        raise UnknownInterfaceError(f"{full} is neither a request nor a response")
    return parse_message(sections[part == "Response"], full)


def _action_part(package: str, short: str) -> Definition:
    full = f"{package}/action/{short}"
    uuid = Field("goal_id", FieldType("unique_identifier_msgs/msg/UUID"))
    for suffix in ("_SendGoal", "_GetResult"):
        for part in ("_Request", "_Response", "_Event"):
            if not short.endswith(suffix + part):
                continue
            action = short[: -len(suffix + part)]
            stem = f"{package}/action/{action}"
            if part == "_Event":
                return _event(stem + suffix)
            fields: tuple[Field, ...]
            if suffix == "_SendGoal":
                fields = (
                    (uuid, Field("goal", FieldType(f"{stem}_Goal")))
                    if part == "_Request"
                    else (
                        Field("accepted", FieldType("bool")),
                        Field("stamp", FieldType("builtin_interfaces/msg/Time")),
                    )
                )
            else:
                fields = (
                    (uuid,)
                    if part == "_Request"
                    else (
                        Field("status", FieldType("int8")),
                        Field("result", FieldType(f"{stem}_Result")),
                    )
                )
            return Definition(full, fields)
    action, _, part = short.rpartition("_")
    if part == "FeedbackMessage":
        feedback = Field("feedback", FieldType(f"{package}/action/{action}_Feedback"))
        return Definition(full, (uuid, feedback))
    names = ("Goal", "Result", "Feedback")
    if part not in names:
        raise UnknownInterfaceError(f"{full} is no part of an action")
    return parse_message(_sections(package, "action", action, 3)[names.index(part)], full)


def interface_names(package: str, kind: str) -> list[str]:
    """Short names of a package's interfaces of one kind (``msg``, ``srv`` or ``action``)."""
    names = set()
    if kind == "msg":
        prefix = f"{package}/msg/"
        names = {n[len(prefix) :] for n in standard.messages() if n.startswith(prefix)}
    for share in share_directories():
        names.update(path.stem for path in Path(share, package, kind).glob(f"*.{kind}"))
    return sorted(names)


def packages() -> dict[str, list[str]]:
    """Packages that define interfaces, with the kinds each has."""
    found: dict[str, set[str]] = {}
    for package in STORE_PACKAGES:
        found[package] = {"msg"}
    for share in share_directories():
        for kind in KINDS:
            for path in Path(share).glob(f"*/{kind}/*.{kind}"):
                found.setdefault(path.parts[-3], set()).add(kind)
    return {package: sorted(kinds) for package, kinds in sorted(found.items())}
