"""Between a lifecycle node's topics and services and launch's events."""

from typing import Any

from launch.actions import OpaqueFunction
from launch.event_handler import EventHandler
from launch.launch_context import LaunchContext
from launch.logging import get_logger

from ..events.lifecycle import ChangeState, StateTransition
from ..ros_adapters import get_ros_node

# Seconds that a node may take to appear before a transition is given up.
SERVICE_TIMEOUT_S = 10.0


class LifecycleEventManager:
    """Emits `StateTransition` for a node and carries out its `ChangeState`."""

    def __init__(self, lifecycle_node: Any) -> None:
        self.__action = lifecycle_node
        self.__logger = get_logger("launch_ros")
        self.__client: Any = None

    @property
    def node_name(self) -> str:
        """The full name of the node."""
        return str(self.__action.node_name)

    def setup_lifecycle_manager(self, context: LaunchContext) -> None:
        """Subscribe to the node's transitions and wait for `ChangeState`."""
        import lifecycle_msgs.msg
        import lifecycle_msgs.srv

        node = get_ros_node(context)
        node.create_subscription(
            lifecycle_msgs.msg.TransitionEvent,
            f"{self.node_name}/transition_event",
            lambda msg: context.emit_event_sync(StateTransition(action=self.__action, msg=msg)),
            10,
        )
        self.__client = node.create_client(
            lifecycle_msgs.srv.ChangeState, f"{self.node_name}/change_state"
        )
        context.register_event_handler(
            EventHandler(
                matcher=lambda event: isinstance(event, ChangeState),
                entities=OpaqueFunction(function=self.__on_change_state),
            )
        )

    async def __change(self, context: LaunchContext, transition_id: int) -> None:
        import asyncio

        import lifecycle_msgs.srv

        assert context.asyncio_loop is not None
        loop = context.asyncio_loop
        deadline = loop.time() + SERVICE_TIMEOUT_S
        while not self.__client.service_is_ready():
            if context.is_shutdown:
                return
            if loop.time() > deadline:
                self.__logger.error(
                    f"Abandoning transition {transition_id} of '{self.node_name}': its service "
                    f"did not appear within {SERVICE_TIMEOUT_S:g} s"
                )
                return
            await asyncio.sleep(0.05)
        request = lifecycle_msgs.srv.ChangeState.Request()
        request.transition.id = transition_id
        answer = self.__client.call_async(request)
        while not answer.done():
            if context.is_shutdown:
                return
            await asyncio.sleep(0.02)
        response = answer.result()
        if response is None or not response.success:
            self.__logger.error(
                f"Failed to make transition {transition_id} for LifecycleNode '{self.node_name}'"
            )

    def __on_change_state(self, context: LaunchContext) -> None:
        event = context.locals.event
        if event.lifecycle_node_matcher(self.__action):
            assert context.asyncio_loop is not None
            task = context.asyncio_loop.create_task(self.__change(context, event.transition_id))
            context.add_completion_future(task)
