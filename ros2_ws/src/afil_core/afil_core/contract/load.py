"""Contract YAML to dataclasses; every mistake is a sentence with file and key."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from afil_core.contract import schema
from afil_core.contract.model import Contract
from afil_core.errors import AfilError
from afil_core.strict_yaml import Section, parse_mapping

_TOPIC = re.compile(r"^(/[A-Za-z_][A-Za-z0-9_]*)+$")
_TYPE = re.compile(r"^[a-z][a-z0-9_]*/msg/[A-Z][A-Za-z0-9]*$")
_VALUE_SIZES = {"pose": 7, "gripper_width": 1, "speed": 1}
_ACTION_SIZES = {"ee_delta": 7, "vehicle_control": 3}


def shipped_contracts() -> list[str]:
    """Names of the contracts that come with AFIL."""
    folder = resources.files("afil_core") / "contracts"
    return sorted(p.name[: -len(".yaml")] for p in folder.iterdir() if p.name.endswith(".yaml"))


def load_contract(name_or_path: str) -> Contract:
    """Load a shipped contract by robot name, or any contract by the path of its YAML file.

    Raises:
        AfilError: When there is no such contract, or the file breaks the schema.
    """
    if name_or_path in shipped_contracts():
        resource = resources.files("afil_core") / "contracts" / f"{name_or_path}.yaml"
        return parse_contract(resource.read_text(encoding="utf-8"), f"{name_or_path}.yaml")
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        try:
            return parse_contract(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise AfilError(f"contract file {path} cannot be read: {error.strerror}") from error
    raise AfilError(
        f"unknown robot '{name_or_path}'; use one of {', '.join(shipped_contracts())}, "
        f"or the path of a contract .yaml file"
    )


def parse_contract(text: str, source: str) -> Contract:
    """Parse and check the YAML text of a contract.

    Args:
        text: The YAML text.
        source: File name for error sentences.

    Raises:
        AfilError: Naming the file and the key that is wrong, missing or unknown.
    """
    top = parse_mapping(text, source)
    streams = top.section("observations")
    contract = Contract(
        robot=top.text("robot"),
        description=top.text("description"),
        control_rate_hz=top.number("control_rate_hz", above=0),
        anchor=top.text("anchor"),
        base_frame=top.text("base_frame"),
        clock=top.text("clock", schema.CLOCKS),
        observations=tuple(_stream(streams.section(k), k) for k in streams.keys()),  # noqa: SIM118
        action=_action(top.section("action")) if top.has("action") else None,
        limits=_limits(top.section("limits")) if top.has("limits") else None,
    )
    top.finish()
    if contract.anchor not in {s.name for s in contract.images}:
        names = ", ".join(s.name for s in contract.images) or "none"
        raise top.error(
            f"is '{contract.anchor}', but must name an image stream ({names})", "anchor"
        )
    _refuse_shared_topics(contract, top)
    if contract.action is not None and contract.action.kind == "ee_delta":
        if contract.limits is None:
            raise top.error("is missing; an arm's contract must state its limits", "limits")
        if not any(s.kind == "pose" for s in contract.observations):
            raise top.error("needs a stream of kind pose for an ee_delta action", "observations")
    return contract


def _refuse_shared_topics(contract: Contract, top: Section) -> None:
    seen: dict[str, str] = {}
    for stream in contract.observations:
        if stream.topic in seen:
            raise top.error(
                f"and observations.{stream.name} both use topic {stream.topic}",
                f"observations.{seen[stream.topic]}",
            )
        seen[stream.topic] = stream.name


def _topic(section: Section) -> str:
    value = section.text("topic")
    if not _TOPIC.match(value):
        raise section.error(f"must be an absolute ROS topic name, not '{value}'", "topic")
    return value


def _type(section: Section) -> str:
    value = section.text("type")
    if not _TYPE.match(value):
        raise section.error(f"must be a type such as sensor_msgs/msg/Image, not '{value}'", "type")
    return value


def _qos(section: Section) -> schema.Qos:
    qos = schema.Qos(
        reliability=section.text("reliability", schema.RELIABILITIES),
        durability=section.text("durability", schema.DURABILITIES),
        depth=section.integer("depth", least=1),
    )
    section.finish()
    return qos


def _stream(section: Section, name: str) -> schema.ObservationStream:
    kind = section.text("kind", schema.OBSERVATION_KINDS)
    shape = tuple(section.items("shape"))
    if not all(isinstance(n, int) and n > 0 for n in shape):
        raise section.error(f"must be positive whole numbers, not {list(shape)}", "shape")
    has_joints = kind in ("joint_positions", "gripper_width")
    stream = schema.ObservationStream(
        name=name,
        kind=kind,
        topic=_topic(section),
        type=_type(section),
        qos=_qos(section.section("qos")),
        unit=section.text("unit"),
        frame=section.text("frame"),
        rate_hz=section.number("rate_hz", above=0),
        max_age_s=section.number("max_age_s", above=0),
        alignment=section.text("alignment", schema.ALIGNMENTS),
        shape=shape,
        encoding=section.text("encoding") if kind == "image" else "",
        joints=tuple(str(j) for j in section.items("joints")) if has_joints else (),
    )
    section.finish()
    expected = _VALUE_SIZES.get(kind, len(stream.joints))
    if kind == "image":
        if len(shape) != 3 or shape[2] != 3:
            raise section.error("must be [height, width, 3] for an image", "shape")
    elif shape != (expected,):
        raise section.error(f"must be [{expected}] for kind {kind}, not {list(shape)}", "shape")
    if kind == "image" and stream.alignment == "interpolate":
        raise section.error("cannot be interpolate for an image", "alignment")
    return stream


def _commands(section: Section) -> tuple[schema.CommandTopic, ...]:
    commands = []
    for role in section.keys():  # noqa: SIM118
        if role not in schema.COMMAND_ROLES:
            known = ", ".join(schema.COMMAND_ROLES)
            raise section.error(f"is not a known role; use {known}", role)
        entry = section.section(role)
        commands.append(
            schema.CommandTopic(role, _topic(entry), _type(entry), _qos(entry.section("qos")))
        )
        entry.finish()
    return tuple(commands)


def _mode(section: Section) -> str:
    if section.has("mode"):
        return section.text("mode", schema.DIMENSION_MODES)
    return "continuous"


def _action(section: Section) -> schema.Action:
    interfaces = section.section("interfaces")
    dimensions = []
    for index, raw in enumerate(section.items("dimensions")):
        entry = Section(raw, section.source, f"{section.path}.dimensions[{index}]")
        dimension = schema.ActionDimension(
            entry.text("name"),
            entry.text("unit"),
            entry.number("minimum"),
            entry.number("maximum"),
            _mode(entry),
        )
        entry.finish()
        if dimension.minimum >= dimension.maximum:
            raise entry.error("has minimum >= maximum; swap or widen them")
        dimensions.append(dimension)
    action = schema.Action(
        kind=section.text("kind", schema.ACTION_KINDS),
        frame=section.text("frame"),
        dimensions=tuple(dimensions),
        demonstrated=_commands(section.section("demonstrated")),
        interfaces={k: _commands(interfaces.section(k)) for k in interfaces.keys()},  # noqa: SIM118
        default_interface=section.text("default_interface"),
    )
    section.finish()
    if len(dimensions) != _ACTION_SIZES[action.kind]:
        raise section.error(
            f"must have {_ACTION_SIZES[action.kind]} entries for kind {action.kind}, "
            f"not {len(dimensions)}",
            "dimensions",
        )
    if action.default_interface not in action.interfaces:
        known = ", ".join(action.interfaces)
        raise section.error(f"must be one of {known}", "default_interface")
    return action


def _limits(section: Section) -> schema.Limits:
    low = section.numbers("workspace_min_m", 3)
    high = section.numbers("workspace_max_m", 3)
    limits = schema.Limits(
        workspace_min_m=(low[0], low[1], low[2]),
        workspace_max_m=(high[0], high[1], high[2]),
        max_translation_per_step_m=section.number("max_translation_per_step_m", above=0),
        max_rotation_per_step_rad=section.number("max_rotation_per_step_rad", above=0),
        min_gripper_width_m=section.number("min_gripper_width_m"),
        max_gripper_width_m=section.number("max_gripper_width_m", above=0),
    )
    section.finish()
    if any(a >= b for a, b in zip(low, high, strict=True)):
        raise section.error("must be below workspace_max_m in every axis", "workspace_min_m")
    return limits
