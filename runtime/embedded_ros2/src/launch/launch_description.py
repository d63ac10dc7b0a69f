"""A list of entities that are launched together."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .launch_context import LaunchContext
from .launch_description_entity import LaunchDescriptionEntity

if TYPE_CHECKING:
    from .actions.declare_launch_argument import DeclareLaunchArgument


class LaunchDescription(LaunchDescriptionEntity):
    """What ``generate_launch_description`` of a launch file returns."""

    def __init__(
        self,
        initial_entities: Iterable[LaunchDescriptionEntity] | None = None,
        *,
        deprecated_reason: str | None = None,
    ) -> None:
        self.__entities = list(initial_entities) if initial_entities is not None else []
        self.__deprecated_reason = deprecated_reason

    @property
    def entities(self) -> list[LaunchDescriptionEntity]:
        """The entities, in order."""
        return self.__entities

    @property
    def deprecated(self) -> bool:
        """Whether the description asks not to be used any more."""
        return self.__deprecated_reason is not None

    @property
    def deprecated_reason(self) -> str | None:
        """Why the description should not be used any more."""
        return self.__deprecated_reason

    def visit(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Return the entities."""
        if self.deprecated:
            from .logging import get_logger

            get_logger("launch").warning(
                f"this launch description is deprecated: {self.__deprecated_reason}"
            )
        return self.__entities

    def describe_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities."""
        return self.__entities

    def add_entity(self, entity: LaunchDescriptionEntity) -> None:
        """Append an entity."""
        self.__entities.append(entity)

    def add_action(self, action: LaunchDescriptionEntity) -> None:
        """Append an action."""
        self.add_entity(action)

    def get_launch_arguments(
        self, conditional_inclusion: bool = False
    ) -> list["DeclareLaunchArgument"]:
        """Return the declared arguments, each name once, those of includes too."""
        pairs = self.get_launch_arguments_with_include_launch_description_actions(
            conditional_inclusion
        )
        unique: dict[str, DeclareLaunchArgument] = {}
        for argument, _ in pairs:
            unique.setdefault(argument.name, argument)
        return list(unique.values())

    def get_launch_arguments_with_include_launch_description_actions(
        self, conditional_inclusion: bool = False
    ) -> list[tuple["DeclareLaunchArgument", list[Any]]]:
        """Return (argument, the chain of includes it comes through)."""
        from .actions import DeclareLaunchArgument, IncludeLaunchDescription

        found: list[tuple[DeclareLaunchArgument, list[Any]]] = []

        def collect(entities: Iterable[Any], conditional: bool, includes: list[Any]) -> None:
            for entity in entities:
                if isinstance(entity, DeclareLaunchArgument):
                    if conditional:
                        entity._conditionally_included = True
                    if not any(entity is known for known, _ in found):
                        found.append((entity, includes))
                    continue
                chain = includes
                given: set[str] = set()
                if isinstance(entity, IncludeLaunchDescription):
                    chain = [*includes, entity]
                    given = entity._names_given()
                before = len(found)
                collect(entity.describe_sub_entities(), conditional, chain)
                for _, inside in entity.describe_conditional_sub_entities():
                    collect(inside, True, chain)
                if given:
                    # What the including file sets is not for the command line.
                    found[before:] = [p for p in found[before:] if p[0].name not in given]

        collect(self.entities, conditional_inclusion, [])
        return found
