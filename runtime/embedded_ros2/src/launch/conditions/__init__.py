"""Conditions of actions."""

from embedded_ros2.missing import refuse

from .evaluate_condition_expression_impl import evaluate_condition_expression
from .if_condition import IfCondition
from .invalid_condition_expression_error import InvalidConditionExpressionError
from .launch_configuration_equals import LaunchConfigurationEquals
from .unless_condition import UnlessCondition

__all__ = [
    "IfCondition",
    "InvalidConditionExpressionError",
    "LaunchConfigurationEquals",
    "UnlessCondition",
    "evaluate_condition_expression",
]

__getattr__ = refuse(__name__, ("LaunchConfigurationNotEquals",))
