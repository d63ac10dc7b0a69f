"""The handler for a lifecycle node's change of state."""

from collections.abc import Callable
from typing import Any

from launch.event import Event
from launch.event_handler import EventHandler
from launch.some_entities_type import SomeEntitiesType

from ..events.lifecycle import StateTransition


class OnStateTransition(EventHandler):
    """Visits entities when a lifecycle node has changed its state.

    Args:
        entities: the entities.
        target_lifecycle_node: the action that runs the node; None for all.
        transition: name of the transition; None for all.
        start_state: name of the state before; None for all.
        goal_state: name of the state after; None for all.
        matcher: a further condition on the event.
    """

    def __init__(
        self,
        *,
        entities: SomeEntitiesType,
        target_lifecycle_node: Any = None,
        transition: str | None = None,
        start_state: str | None = None,
        goal_state: str | None = None,
        matcher: Callable[[Event], bool] | None = None,
        **kwargs: Any,
    ) -> None:
        def matches(event: Event) -> bool:
            return (
                isinstance(event, StateTransition)
                and (target_lifecycle_node is None or event.action is target_lifecycle_node)
                and (transition is None or event.transition == transition)
                and (start_state is None or event.start_state == start_state)
                and (goal_state is None or event.goal_state == goal_state)
                and (matcher is None or matcher(event))
            )

        super().__init__(matcher=matches, entities=entities, **kwargs)
