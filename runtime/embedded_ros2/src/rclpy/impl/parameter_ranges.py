"""Ranges that a parameter's descriptor sets."""

from __future__ import annotations

import math

from rcl_interfaces.msg import ParameterDescriptor, SetParametersResult

from rclpy.parameter import Parameter


def _same(one: float, other: float) -> bool:
    """Equal numbers; floating-point ones up to rounding."""
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return math.isclose(one, other, rel_tol=1e-6)


def _on_step(value: float, low: float, step: float) -> bool:
    if not step:
        return True
    if isinstance(value, int):
        return (value - low) % step == 0
    return _same(low + round((value - low) / step) * step, value)


def check_range(parameter: Parameter, descriptor: ParameterDescriptor) -> SetParametersResult:
    """Tell whether a value is within its range and on its step, and if not why."""
    name, value = parameter.name, parameter.value
    for kind, ranges in (
        (Parameter.Type.INTEGER, descriptor.integer_range),
        (Parameter.Type.DOUBLE, descriptor.floating_point_range),
    ):
        if parameter.type_ is not kind or not ranges:
            continue
        limits = ranges[0]
        low, high = sorted((limits.from_value, limits.to_value))
        at_end = _same(value, low) or _same(value, high)
        if not low <= value <= high and not at_end:
            return SetParametersResult(
                successful=False,
                reason=f"Parameter {name} out of range. Min: {low}, Max: {high}, value: {value}",
            )
        if not at_end and not _on_step(value, low, limits.step):
            return SetParametersResult(
                successful=False,
                reason=f"The parameter value for {name} is not a valid step. Min: {low}, "
                f"max: {high}, value: {value}, step: {limits.step}",
            )
    return SetParametersResult(successful=True)
