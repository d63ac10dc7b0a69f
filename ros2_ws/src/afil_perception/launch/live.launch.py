"""Perceive a live camera: ``ros2 launch afil_perception live.launch.py instruction:=TEXT``."""

from __future__ import annotations

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from pydantic import Field

from afil_core.process.launching import description, made_node, needs, read_arguments
from afil_perception.pipeline.live import LiveParameters


class LiveArguments(LiveParameters):
    """The parameters, and where the node is."""

    namespace: str = Field("", description="Namespace of the robot's topics")
    use_sim_time: bool = Field(False, description="Follow /clock, e.g. of a bag that is played")


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Make the node."""
    given = read_arguments(LiveArguments, context, "live.launch.py")
    own = given.model_dump(exclude={"namespace", "use_sim_time"})
    node = made_node(
        "afil_perception",
        "live_node",
        LiveParameters(**own),
        namespace=given.namespace,
        use_sim_time=given.use_sim_time,
    )
    return [needs(node, "live perception failed"), node]


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(LiveArguments, setup)
