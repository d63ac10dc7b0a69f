"""The base of everything a launch description holds."""

import asyncio
from typing import Any, Optional

from .launch_context import LaunchContext


class LaunchDescriptionEntity:
    """A thing that can be visited: an action, a launch description, an event handler."""

    def visit(self, context: LaunchContext) -> list["LaunchDescriptionEntity"] | None:
        """Do the entity's work and return entities to be visited next, or None."""
        raise NotImplementedError(f"visit() of '{type(self).__name__}'")

    def describe(self) -> str:
        """Return a one-line text about the entity."""
        return self.__repr__()

    def describe_sub_entities(self) -> list["LaunchDescriptionEntity"]:
        """Return the entities inside, as far as they are known before launching."""
        return []

    def describe_conditional_sub_entities(self) -> list[tuple[str, list[Any]]]:
        """Return (condition text, entities) that are visited only under a condition."""
        return []

    def get_asyncio_future(self) -> Optional["asyncio.Future[None]"]:
        """Return a future that is done when the entity's work is, or None."""
        return None
