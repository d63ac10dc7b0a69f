"""A listing of a launch description: what ``ros2 launch --print`` shows."""

from collections.abc import Iterable
from typing import Any

from .actions import EmitEvent, ExecuteProcess, LogInfo, RegisterEventHandler
from .launch_description import LaunchDescription
from .utilities import normalize_to_list_of_entities, normalize_to_list_of_substitutions


def _text(substitutions: Any) -> str:
    parts = normalize_to_list_of_substitutions(substitutions)
    return " + ".join(part.describe() for part in parts)


def _command_line(action: ExecuteProcess) -> str:
    cwd = None if action.cwd is None else f"'{_text(action.cwd)}'"
    env = action.env
    if env is not None:
        env = "{" + ", ".join(f"{_text(name)}: {_text(value)}" for name, value in env) + "}"
    words = ", ".join(_text(word) for word in action.cmd)
    return f"ExecuteProcess(cmd=[{words}], cwd={cwd}, env={env}, shell={action.shell})"


def _line(entity: Any) -> str:
    if isinstance(entity, LogInfo):
        return f"LogInfo({_text(entity.msg)})"
    if isinstance(entity, EmitEvent):
        return f"EmitEvent(event='{entity.event.name}')"
    if isinstance(entity, ExecuteProcess):
        return _command_line(entity)
    if isinstance(entity, RegisterEventHandler):
        return f"RegisterEventHandler('{entity.event_handler}'):"
    return f"Action('{entity}')"


def _tree(entities: Iterable[Any]) -> list[str]:
    """Return a line for each entity; those of event handlers stand below their handler."""
    lines: list[str] = []
    known = list(entities)
    for number, entity in enumerate(known, 1):
        stem, branch = ("    ", "└── ") if number == len(known) else ("│   ", "├── ")
        lines.append(branch + _line(entity))
        if isinstance(entity, RegisterEventHandler):
            description, inside = entity.event_handler.describe()
            lines.append(f"{stem}└── {description}")
            below = _tree(normalize_to_list_of_entities(inside))
            lines += [f"{stem}    {line}" for line in below]
    return lines


class LaunchIntrospector:
    """Describes launch descriptions without running them."""

    def format_launch_description(self, launch_description: LaunchDescription) -> str:
        """Return the description and its entities, one a line."""
        return "\n".join([str(launch_description), *_tree(launch_description.entities)])
