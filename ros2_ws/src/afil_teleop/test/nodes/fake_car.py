"""A program for tests: a car on paper, as carla-ros-bridge shows it; it obeys at once."""

import sys
import time

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.process.node_main import run_node


class FakeCar(Node):
    """Publishes camera, speed, and as its status the control that it was given last."""

    def __init__(self) -> None:
        super().__init__("fake_car")
        self._contract = load_contract("carla")
        topics = self._contract.topics().items()
        self._offered = {
            topic: self.create_publisher(get_message(kind), topic, QoSProfile(**qos.profile()))
            for topic, (kind, qos) in topics
        }
        self._control = messages.new("carla_msgs/msg/CarlaEgoVehicleControl")
        self._count = 0
        command = self._contract.commands["vehicle"]
        self.create_subscription(
            get_message(command.type), command.topic, self._obey, 10, raw=True
        )
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0 / self._contract.control_rate_hz, self._step, clock=steady)

    def _obey(self, cdr: bytes) -> None:
        self._control = messages.deserialize(bytes(cdr), self._contract.commands["vehicle"].type)

    def _step(self) -> None:
        now_ns = time.time_ns()
        self._count += 1
        for stream in self._contract.observations:
            shade = np.full_like(stream.blank(), self._count % 200 if stream.is_image else 5)
            self._offered[stream.topic].publish(stream.encode(shade, now_ns))
        status = messages.new(
            "carla_msgs/msg/CarlaEgoVehicleStatus",
            header=messages.header(now_ns, "map"),
            control=self._control,
        )
        topic = self._contract.commands["applied"].topic
        self._offered[topic].publish(messages.serialize(status))


if __name__ == "__main__":
    sys.exit(run_node(FakeCar))
