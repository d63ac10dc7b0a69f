"""A node of the launch's own, for those actions that need ROS."""

import threading
from typing import Any

from launch.event_handlers import OnShutdown
from launch.launch_context import LaunchContext


class ROSAdapter:
    """A node and the thread that spins it, from `start` to `shutdown`."""

    def __init__(self, *, argv: list[str] | None = None) -> None:
        self.__argv = argv
        self.__context: Any = None
        self.__node: Any = None
        self.__executor: Any = None
        self.__thread: threading.Thread | None = None

    @property
    def ros_node(self) -> Any:
        """The node."""
        return self.__node

    def start(self) -> None:
        """Make the node and spin it."""
        # Launch files without such actions do without ROS.
        import os

        import rclpy
        from rclpy.context import Context
        from rclpy.executors import SingleThreadedExecutor

        self.__context = Context()
        rclpy.init(args=self.__argv, context=self.__context)
        self.__node = rclpy.create_node(f"launch_ros_{os.getpid()}", context=self.__context)
        self.__executor = SingleThreadedExecutor(context=self.__context)
        self.__executor.add_node(self.__node)
        self.__thread = threading.Thread(target=self.__spin, daemon=True)
        self.__thread.start()

    def __spin(self) -> None:
        from rclpy.executors import ExternalShutdownException

        try:
            while self.__context.ok():
                self.__executor.spin_once(timeout_sec=1.0)
        except (ExternalShutdownException, KeyboardInterrupt):
            pass

    def shutdown(self) -> None:
        """End the thread and the node."""
        if self.__thread is None:
            return
        self.__context.try_shutdown()
        self.__thread.join(timeout=3.0)
        self.__node.destroy_node()
        self.__thread = None


def get_ros_adapter(context: LaunchContext) -> ROSAdapter:
    """Return the launch's adapter; it is started when first asked for."""
    if "ros_adapter" not in context.get_locals_as_dict():
        adapter = ROSAdapter(argv=[])
        adapter.start()
        context.extend_globals({"ros_adapter": adapter})
        context.register_event_handler(
            OnShutdown(on_shutdown=lambda event, ctx: adapter.shutdown())
        )
    return context.locals.ros_adapter


def get_ros_node(context: LaunchContext) -> Any:
    """Return the launch's node."""
    return get_ros_adapter(context).ros_node
