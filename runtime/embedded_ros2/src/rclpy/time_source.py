"""Connects ROS clocks to ``/clock`` where ``use_sim_time`` is set."""

from __future__ import annotations

import weakref
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rosgraph_msgs.msg import Clock as ClockMsg

from rclpy.clock import ROSClock
from rclpy.clock_type import ClockType
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.time import Time

CLOCK_TOPIC = "/clock"
USE_SIM_TIME_NAME = "use_sim_time"


class TimeSource:
    """Sets the time of attached clocks from a node's ``/clock`` subscription."""

    def __init__(self, *, node: Any = None) -> None:
        self._clock_sub: Any = None
        self._node: Any = None
        self._clocks: weakref.WeakSet[ROSClock] = weakref.WeakSet()
        self._last = Time(clock_type=ClockType.ROS_TIME)
        self._active = False
        if node is not None:
            self.attach_node(node)

    @property
    def ros_time_is_active(self) -> bool:
        """Whether clocks follow ``/clock``."""
        return self._active

    @ros_time_is_active.setter
    def ros_time_is_active(self, enabled: bool) -> None:
        if self._active == enabled:
            return
        self._active = enabled
        for clock in list(self._clocks):
            clock._set_ros_time_is_active(enabled)
        if enabled:
            self._subscribe()
        elif self._clock_sub is not None and self._node is not None:
            self._node().destroy_subscription(self._clock_sub)
            self._clock_sub = None

    def _subscribe(self) -> None:
        node = self._node() if self._node is not None else None
        if self._clock_sub is None and node is not None:
            qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
            self._clock_sub = node.create_subscription(
                ClockMsg, CLOCK_TOPIC, self._clock_callback, qos
            )

    def attach_node(self, node: Any) -> None:
        """Follow a node's ``use_sim_time`` and use it to subscribe."""
        self._node = weakref.ref(node)
        if not node.has_parameter(USE_SIM_TIME_NAME):
            node.declare_parameter(USE_SIM_TIME_NAME, False)
        parameter = node.get_parameter(USE_SIM_TIME_NAME)
        if parameter.type_ is Parameter.Type.BOOL:
            self.ros_time_is_active = parameter.value
        elif parameter.type_ is not Parameter.Type.NOT_SET:
            node.get_logger().error(
                f"Invalid type for parameter '{USE_SIM_TIME_NAME}' {parameter.type_!r} "
                "should be bool"
            )
        node.add_on_set_parameters_callback(self._on_parameter_event)

    def detach_node(self) -> None:
        """Stop following."""
        self.ros_time_is_active = False
        self._node = None

    def attach_clock(self, clock: ROSClock) -> None:
        """Set this clock from now on."""
        if not isinstance(clock, ROSClock):
            raise ValueError("Only clocks with type ROS_TIME can be attached.")
        clock.set_ros_time_override(self._last)
        clock._set_ros_time_is_active(self._active)
        self._clocks.add(clock)

    def _clock_callback(self, msg: Any) -> None:
        self._last = Time.from_msg(msg.clock)
        for clock in list(self._clocks):
            clock.set_ros_time_override(self._last)

    def _on_parameter_event(self, parameters: list[Parameter]) -> SetParametersResult:
        for parameter in parameters:
            if parameter.name != USE_SIM_TIME_NAME:
                continue
            if parameter.type_ is not Parameter.Type.BOOL:
                reason = f"{USE_SIM_TIME_NAME} parameter set to something besides a bool"
                return SetParametersResult(successful=False, reason=reason)
            self.ros_time_is_active = parameter.value
        return SetParametersResult(successful=True)
