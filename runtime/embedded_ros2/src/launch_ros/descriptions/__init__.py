"""Descriptions of nodes."""

from embedded_ros2.missing import refuse

from ..parameter_descriptions import Parameter, ParameterFile, ParameterValue

__all__ = ["Parameter", "ParameterFile", "ParameterValue"]

__getattr__ = refuse(
    __name__,
    ("ComposableLifecycleNode", "ComposableNode", "Node", "NodeTrait", "RosExecutable"),
)
