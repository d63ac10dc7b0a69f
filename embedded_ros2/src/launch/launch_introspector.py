"""A listing of a launch description."""

from typing import Any

from .launch_description import LaunchDescription
from .utilities import is_a_subclass


def _lines(entities: Any, depth: int) -> list[str]:
    from .action import Action

    lines = []
    for entity in entities:
        prefix = "    " * depth
        if is_a_subclass(entity, LaunchDescription):
            lines.append(f"{prefix}{entity.describe()}")
        elif isinstance(entity, Action) and entity.condition is not None:
            lines.append(f"{prefix}{entity.describe()} if {entity.condition.describe()}")
        else:
            lines.append(f"{prefix}{entity.describe()}")
        lines += _lines(entity.describe_sub_entities(), depth + 1)
        for condition, inside in entity.describe_conditional_sub_entities():
            lines.append(f"{prefix}    {condition}:")
            lines += _lines(inside, depth + 2)
    return lines


class LaunchIntrospector:
    """Describes launch descriptions without running them."""

    def format_launch_description(self, launch_description: LaunchDescription) -> str:
        """Return the entities, one a line, what is inside others indented."""
        return "\n".join(_lines([launch_description], 0))
