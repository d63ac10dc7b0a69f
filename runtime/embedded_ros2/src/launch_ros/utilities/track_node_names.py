"""How often a node name was launched."""

from launch.launch_context import LaunchContext


def _counts(context: LaunchContext) -> dict[str, int]:
    if "unique_ros_node_names" not in context.get_locals_as_dict():
        context.extend_globals({"unique_ros_node_names": {}})
    return context.locals.unique_ros_node_names


def add_node_name(context: LaunchContext, node_name: str) -> None:
    """Count a full node name."""
    counts = _counts(context)
    counts[node_name] = counts.get(node_name, 0) + 1


def get_node_name_count(context: LaunchContext, node_name: str) -> int:
    """Return how often a full node name was launched."""
    return _counts(context).get(node_name, 0)
