"""The base of all actions."""

from typing import Any

from .condition import Condition
from .launch_context import LaunchContext
from .launch_description_entity import LaunchDescriptionEntity


class Action(LaunchDescriptionEntity):
    """Something a launch description does, possibly under a condition."""

    def __init__(self, *, condition: Condition | None = None) -> None:
        self.__condition = condition

    @property
    def condition(self) -> Condition | None:
        """The condition under which the action is executed."""
        return self.__condition

    def describe(self) -> str:
        """Return a one-line text about the action."""
        return f"{type(self).__name__}({hex(id(self))})"

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities inside; to be overridden."""
        return []

    def describe_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities inside, unless a condition stands before them."""
        return self.get_sub_entities() if self.condition is None else []

    def describe_conditional_sub_entities(self) -> list[tuple[str, list[Any]]]:
        """Return the entities inside, if a condition stands before them."""
        if self.condition is None:
            return []
        return [("Conditionally included by " + self.describe(), self.get_sub_entities())]

    def visit(self, context: LaunchContext) -> list[LaunchDescriptionEntity] | None:
        """Execute the action if its condition holds."""
        if self.__condition is not None and not self.__condition.evaluate(context):
            return None
        return self.execute(context)

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity] | None:
        """Do the action's work and return entities to be visited next; to be overridden."""
        return None
