"""Perceive a dataset: ``ros2 launch afil_perception perceive.launch.py dataset:=DIR``."""

from __future__ import annotations

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from pydantic import Field

from afil_core.process.launching import description, made_node, needs, read_arguments
from afil_perception.pipeline.parameters import PerceiveParameters


class PerceiveArguments(PerceiveParameters):
    """The parameters, and where the node is."""

    namespace: str = Field("", description="Namespace of the node and what it publishes")


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Make the node."""
    given = read_arguments(PerceiveArguments, context, "perceive.launch.py")
    node = made_node(
        "afil_perception",
        "perceive_node",
        PerceiveParameters(**given.model_dump(exclude={"namespace"})),
        namespace=given.namespace,
        name="perceive_node",
    )
    return [needs(node, "perception failed", may_end=True), node]


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(PerceiveArguments, setup)
