"""A node's parameters and a launch file's arguments, from one typed description.

The description is a flat :class:`afil_core.schema.Schema`; what a field says there is what
``ros2 param describe`` and ``ros2 launch --show-args`` say::

    class WorldParameters(Schema):
        mode: Literal["lock_step", "real_time"] = Field("lock_step", description="Who waits")
        first_seed: int = Field(0, ge=0, description="Seed of the first episode")

    class WorldNode(Node):
        def __init__(self) -> None:
            super().__init__("world_node")
            self._parameters = declare(WorldParameters, self, rcl_interfaces.msg)

No ROS is imported here: the node and the message module come as arguments.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from afil_core import schema
from afil_core.schema import Schema

S = TypeVar("S", bound=Schema)

_INT64: Final = (-(2**63), 2**63 - 1)


@dataclass(frozen=True)
class Parameter:
    """One field of a description.

    Attributes:
        name: Name of the parameter.
        default: Its value where none is given.
        description: What it is, for people.
        type: ``str``, ``bool``, ``int``, ``float``, or ``list`` for several values.
        choices: The only values that there are; empty where any will do.
        minimum: Least value; None where there is none.
        maximum: Greatest value; None where there is none.
    """

    name: str
    default: Any
    description: str
    type: type
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def text(self) -> str:
        """The default as one types it at a launch file."""
        if self.type is bool:
            return str(self.default).lower()
        return str(list(self.default)) if self.type is list else str(self.default)


def describe(kind: type[Schema]) -> tuple[Parameter, ...]:
    """The parameters that a description has, in its order."""
    return tuple(_parameter(name, field) for name, field in kind.model_fields.items())


def declare(kind: type[S], node: Any, messages: Any) -> S:
    """Declare a node's parameters and read them once.

    They are declared read-only, for a node reads them when it starts, and with dynamic typing,
    for ``noise:=0`` arrives as an integer where a number is meant, which ROS would refuse with a
    traceback.

    Args:
        kind: The description.
        node: The ``rclpy`` node.
        messages: The module ``rcl_interfaces.msg``.

    Returns:
        The values.

    Raises:
        AfilError: When a value does not fit; names the node and the parameter.
    """
    described = describe(kind)
    values = {}
    for parameter in described:
        default = list(parameter.default) if parameter.type is list else parameter.default
        plain = messages.ParameterDescriptor(
            description=parameter.description, dynamic_typing=True
        )
        value = node.declare_parameter(parameter.name, default, plain).value
        values[parameter.name] = value.tolist() if hasattr(value, "tolist") else value
    for former in kind.renamed:
        # Without a declaration ROS would drop it without a word.
        value = node.declare_parameter(
            former, None, messages.ParameterDescriptor(dynamic_typing=True)
        ).value
        node.undeclare_parameter(former)
        values |= {} if value is None else {former: value}
    read = schema.read(kind, values, f"parameters of {node.get_name()}")
    for parameter in described:
        # Only now: a value out of range would have ended the node with a traceback.
        node.set_descriptor(parameter.name, _descriptor(parameter, messages))
    return read


def read_texts(kind: type[S], texts: Mapping[str, str], source: str) -> S:
    """Read values that came as texts, as a launch file's arguments do.

    Args:
        kind: The description.
        texts: Values by name; texts of other names are left alone, former names are refused.
        source: What the values are of, for error sentences.

    Raises:
        AfilError: When a value does not fit; names it.
    """
    values: dict[str, Any] = {}
    for parameter in describe(kind):
        if parameter.name in texts:
            text = texts[parameter.name]
            plain = parameter.type is str
            values[parameter.name] = text if plain else schema.parse_yaml(text, source)
    # A launch file declares former names with an empty default, so that it hears of them.
    values |= {former: texts[former] for former in kind.renamed if texts.get(former)}
    return schema.read(kind, values, source)


def _parameter(name: str, field: FieldInfo) -> Parameter:
    choices: tuple[str, ...] = ()
    kind = get_origin(field.annotation) or field.annotation
    if kind is Literal:
        choices = get_args(field.annotation)
        kind = type(choices[0])
    minimum, maximum = _bounds(field, whole=kind is int)
    return Parameter(
        name=name,
        default=field.get_default(call_default_factory=True),
        description=field.description or "",
        type=list if kind is tuple else kind if isinstance(kind, type) else str,
        choices=choices,
        minimum=minimum,
        maximum=maximum,
    )


def _bounds(field: FieldInfo, *, whole: bool) -> tuple[float | None, float | None]:
    low: Any = None
    high: Any = None
    for item in field.metadata:
        if isinstance(item, annotated_types.Ge):
            low = item.ge
        elif isinstance(item, annotated_types.Gt):
            # ROS's ranges include their ends.
            low = item.gt + 1 if whole else item.gt  # type: ignore[operator]
        elif isinstance(item, annotated_types.Le):
            high = item.le
        elif isinstance(item, annotated_types.Lt):
            high = item.lt - 1 if whole else item.lt  # type: ignore[operator]
    return low, high


def _descriptor(parameter: Parameter, messages: Any) -> Any:
    descriptor = messages.ParameterDescriptor(
        description=parameter.description, dynamic_typing=True, read_only=True
    )
    if parameter.choices:
        descriptor.additional_constraints = f"one of {', '.join(parameter.choices)}"
    low, high = parameter.minimum, parameter.maximum
    if low is None and high is None:
        return descriptor
    if parameter.type is int:
        ends = (_INT64[0] if low is None else int(low), _INT64[1] if high is None else int(high))
        ranges = [messages.IntegerRange(from_value=ends[0], to_value=ends[1])]
        descriptor.integer_range = ranges
    elif parameter.type is float:
        most = sys.float_info.max
        descriptor.floating_point_range = [
            messages.FloatingPointRange(
                from_value=-most if low is None else float(low),
                to_value=most if high is None else float(high),
            )
        ]
    return descriptor
