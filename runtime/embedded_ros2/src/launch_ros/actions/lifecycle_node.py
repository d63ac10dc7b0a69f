"""The action that runs a lifecycle node."""

from typing import Any

from launch.launch_context import LaunchContext
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.utilities.type_utils import normalize_typed_substitution, perform_typed_substitution

from ..utilities.lifecycle_event_manager import LifecycleEventManager
from .lifecycle_transition import LifecycleTransition
from .node import Node


class LifecycleNode(Node):
    """Runs a lifecycle node, emits `StateTransition` and obeys `ChangeState`.

    Args:
        name: name of the node; it must be known for the node's services to be.
        namespace: namespace of the node.
        autostart: whether the node is configured and activated.
        kwargs: see `Node`.
    """

    def __init__(
        self,
        *,
        name: SomeSubstitutionsType,
        namespace: SomeSubstitutionsType,
        autostart: bool | SomeSubstitutionsType = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, namespace=namespace, **kwargs)
        self.__autostart = normalize_typed_substitution(autostart, bool)
        self.__manager: LifecycleEventManager | None = None

    @property
    def is_lifecycle_node(self) -> bool:
        """Whether the node has a lifecycle: yes."""
        return True

    @property
    def node_autostart(self) -> Any:
        """Whether the node is configured and activated."""
        return self.__autostart

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity] | None:
        """Start the node."""
        self._perform_substitutions(context)
        if "<" in self.node_name:
            raise RuntimeError(f"node_name unexpectedly incomplete: '{self.node_name}'")
        self.__manager = LifecycleEventManager(self)
        self.__manager.setup_lifecycle_manager(context)
        entities = super().execute(context) or []
        if perform_typed_substitution(context, self.__autostart, bool):
            entities = [
                *entities,
                LifecycleTransition(
                    lifecycle_node_names=[self.node_name],
                    transition_ids=[1, 3],
                ),
            ]
        return entities
