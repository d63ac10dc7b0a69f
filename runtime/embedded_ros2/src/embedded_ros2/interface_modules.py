"""Contents of ``<package>.msg``, ``<package>.srv`` and ``<package>.action``, made on first use."""

from __future__ import annotations

import difflib
from types import ModuleType
from typing import Any

from embedded_ros2.definitions import (
    UnknownInterfaceError,
    interface_names,
    message_definition,
)
from embedded_ros2.message_classes import snake_case, structure_class


class _NotInstantiable(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        what = "Action" if hasattr(cls, "Goal") else "Service"
        raise NotImplementedError(f"{what} classes can not be instantiated")


_interfaces: dict[str, type] = {}


def service_class(name: str) -> type:
    """Class of a service, with ``Request``, ``Response`` and ``Event``."""
    if name not in _interfaces:
        package, kind, short = name.split("/")
        parts = {p: structure_class(f"{name}_{p}") for p in ("Request", "Response", "Event")}
        module = f"{package}.{kind}._{snake_case(short.rsplit('_', 1)[0])}"
        if kind == "srv":
            module = f"{package}.{kind}._{snake_case(short)}"
        space = {**parts, "__module__": module, "_NAME": name, "_TYPE_SUPPORT": name}
        _interfaces[name] = _NotInstantiable(short, (), space)
    return _interfaces[name]


def action_class(name: str) -> type:
    """Class of an action, with ``Goal``, ``Result``, ``Feedback`` and ``Impl``."""
    if name not in _interfaces:
        package, kind, short = name.split("/")
        impl = type(
            "Impl",
            (),
            {
                "SendGoalService": service_class(f"{name}_SendGoal"),
                "GetResultService": service_class(f"{name}_GetResult"),
                "FeedbackMessage": structure_class(f"{name}_FeedbackMessage"),
                "CancelGoalService": service_class("action_msgs/srv/CancelGoal"),
                "GoalStatusMessage": structure_class("action_msgs/msg/GoalStatusArray"),
            },
        )
        parts = {p: structure_class(f"{name}_{p}") for p in ("Goal", "Result", "Feedback")}
        space = {**parts, "Impl": impl, "_NAME": name, "_TYPE_SUPPORT": name,
                 "__module__": f"{package}.{kind}._{snake_case(short)}"}  # fmt: skip
        _interfaces[name] = _NotInstantiable(short, (), space)
    return _interfaces[name]


def interface_class(name: str) -> type:
    """Class of any interface by its full name, e.g. ``std_srvs/srv/Trigger``.

    Raises:
        UnknownInterfaceError: No such definition.
    """
    kind = name.split("/")[1]
    if kind == "srv" and not name.endswith(("_Request", "_Response", "_Event")):
        return service_class(name)
    if kind == "action":
        try:
            message_definition(f"{name}_Goal")
        except UnknownInterfaceError:
            return structure_class(name)
        return action_class(name)
    return structure_class(name)


def types_of(package: str, kind: str, module: str) -> list[str]:
    """Interfaces that rosidl puts into ``<package>.<kind>.<module>``, e.g. ``_string``."""
    return [n for n in interface_names(package, kind) if f"_{snake_case(n)}" == module]


def require(package: str, kind: str, name: str) -> None:
    """Say that an interface is unknown, and which one may be meant.

    Raises:
        ImportError: The package has no such interface.
    """
    known = interface_names(package, kind)
    if name in known:
        return
    close = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(known)}"
    raise ImportError(f"{package}/{kind} has no {name}; {hint}", name=f"{package}.{kind}")


def fill(module: ModuleType) -> None:
    """Give ``<package>.<kind>`` or ``<package>.<kind>._<type>`` its contents."""
    package, *rest = module.__name__.split(".")
    if not rest:
        return
    kind = rest[0]

    def get(name: str) -> Any:
        if name == "__all__":
            return interface_names(package, kind)
        if name.startswith("_"):
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        try:
            cls = interface_class(f"{package}/{kind}/{name}")
        except UnknownInterfaceError as error:
            if name in interface_names(package, kind):
                raise
            raise AttributeError(
                f"module {module.__name__!r} has no attribute {name!r}; {error}"
            ) from error
        setattr(module, name, cls)
        return cls

    module.__dict__["__getattr__"] = get
    if len(rest) == 1:
        module.__dict__["__dir__"] = lambda: interface_names(package, kind)
    else:
        for name in types_of(package, kind, rest[1]):
            get(name)
