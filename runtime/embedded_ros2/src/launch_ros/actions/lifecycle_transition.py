"""The action that takes lifecycle nodes through transitions."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from launch.action import Action
from launch.actions import EmitEvent, RegisterEventHandler
from launch.launch_context import LaunchContext
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.logging import get_logger
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import coerce_to_type

from ..event_handlers import OnStateTransition
from ..events.lifecycle import ChangeState
from ..events.matchers import matches_node_name

# Transition id -> name of the state that it leads to when it succeeds.
GOALS = {
    1: "inactive",
    2: "unconfigured",
    3: "active",
    4: "inactive",
    5: "finalized",
    6: "finalized",
    7: "finalized",
}


def _concerns(is_node: Callable[[Any], bool], event: Any) -> bool:
    return is_node(event.action)


class LifecycleTransition(Action):
    """Takes lifecycle nodes, one after the other state, through transitions.

    Args:
        lifecycle_node_names: names of the nodes.
        transition_ids: ids of the transitions, each begun when the one before has succeeded.
    """

    def __init__(
        self,
        *,
        lifecycle_node_names: Iterable[SomeSubstitutionsType],
        transition_ids: Iterable[int | SomeSubstitutionsType],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.__names = [normalize_to_list_of_substitutions(name) for name in lifecycle_node_names]
        self.__ids = list(transition_ids)
        if not self.__names:
            raise RuntimeError("No lifecycle_node_names provided.")
        if not self.__ids:
            raise RuntimeError("No transition_ids provided.")

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        """Begin the first transition of each node, and wait with the next ones."""
        ids: list[int] = []
        for value in self.__ids:
            if not isinstance(value, int):
                subs = normalize_to_list_of_substitutions(value)
                value = coerce_to_type(perform_substitutions(context, subs), int)
            ids.append(value)
        entities: list[LaunchDescriptionEntity] = []
        for subs in self.__names:
            name = perform_substitutions(context, subs)
            name = name if name.startswith("/") else f"/{name}"
            get_logger("launch_ros").debug(f"transitions {ids} of '{name}'")
            is_node = matches_node_name(name)
            changes = [
                EmitEvent(event=ChangeState(lifecycle_node_matcher=is_node, transition_id=i))
                for i in ids
            ]
            for i, (done, following) in enumerate(zip(ids, changes[1:], strict=False)):
                if done not in GOALS:
                    raise RuntimeError(f"transition {done} has no goal to wait for (number {i})")
                entities.append(
                    RegisterEventHandler(
                        OnStateTransition(
                            goal_state=GOALS[done],
                            matcher=partial(_concerns, is_node),
                            entities=[following],
                            handle_once=True,
                        )
                    )
                )
            entities.append(changes[0])
        return entities
