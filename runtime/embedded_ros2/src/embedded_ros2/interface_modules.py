"""Contents of ``<package>.msg``, ``<package>.srv`` and ``<package>.action``, made on first use."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from embedded_ros2.definitions import (
    UnknownInterfaceError,
    interface_names,
    message_definition,
    packages,
)
from embedded_ros2.message_classes import snake_case, structure_class
from embedded_ros2.real_ros import refuse_to_shadow


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


def contents(module: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` for an interface module.

    Args:
        module: Its dotted name, ``std_msgs.msg``.
    """
    refuse_to_shadow(module)
    package, kind = module.split(".")

    def get(name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        try:
            cls = interface_class(f"{package}/{kind}/{name}")
        except UnknownInterfaceError as error:
            if name not in interface_names(package, kind):
                raise AttributeError(
                    f"module {module!r} has no attribute {name!r}; {error}"
                ) from error
            raise
        setattr(sys.modules[module], name, cls)
        return cls

    return get, lambda: interface_names(package, kind)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports packages that exist only as ``share/<package>``, and ``<pkg>.msg._<type>``."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        parts = fullname.split(".")
        if len(parts) > 3 or (len(parts) > 1 and parts[1] not in ("msg", "srv", "action")):
            return None
        kinds = packages().get(parts[0], []) if len(parts) < 3 or parts[2][:1] == "_" else []
        if not kinds or (len(parts) > 1 and parts[1] not in kinds):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=len(parts) < 3)

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        parts = module.__name__.split(".")
        if len(parts) == 2:
            module.__getattr__, module.__dir__ = contents(module.__name__)
        elif len(parts) == 3:
            package, kind, stem = parts
            for name in interface_names(package, kind):
                if f"_{snake_case(name)}" == stem:
                    setattr(module, name, interface_class(f"{package}/{kind}/{name}"))
                    module.__getattr__ = lambda part: structure_class(f"{package}/{kind}/{part}")


def install_finder() -> None:
    """Let packages that are only definitions be imported; ordinary modules always win."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
