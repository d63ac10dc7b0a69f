"""The offline node: perceives a dataset, publishes what it produces if asked, and ends."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import rclpy
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message

from afil_core.codecs import encode_image
from afil_core.episodes.episode import key_objects_topic, saliency_topic
from afil_core.errors import AfilError, run
from afil_perception.config import load_config
from afil_perception.dataset import perceive_dataset
from afil_perception.encoding import KEY_OBJECTS_TYPE, SALIENCY_TYPE
from afil_perception.pipeline import PerceivedFrame, Pipeline
from afil_perception.sidecar import SIDECAR_QOS, encode_frame

IMAGE_TYPE = "sensor_msgs/msg/Image"
DISCOVERY_S = 1.0


class PerceiveNode(Node):
    """Parameters: ``demos`` (folder), ``publish`` (bool), ``config`` (YAML file, optional)."""

    def __init__(self) -> None:
        super().__init__("perceive_node")
        self._demos = str(self.declare_parameter("demos", "").value)
        self._publish = bool(self.declare_parameter("publish", False).value)
        self._config = str(self.declare_parameter("config", "").value)
        self._publishers_by_topic: dict[str, Publisher] = {}

    def perceive(self) -> None:
        """Do the work.

        Raises:
            AfilError: When a bag could not be perceived; the others are done by then.
        """
        if not self._demos:
            raise AfilError("the parameter demos is missing; give the dataset with demos:=DIR")
        pipeline = Pipeline(load_config(self._config or None))
        report = perceive_dataset(
            Path(self._demos),
            pipeline,
            self._sink,
            say=lambda line: self.get_logger().info(line),
            warn=lambda line: self.get_logger().warning(line),
        )
        self.get_logger().info(
            f"done: sidecars written {report.written}, up to date {report.skipped}, "
            f"bags that failed {len(report.failures)}"
        )
        if report.failures:
            more = len(report.failures) - 1
            raise AfilError(report.failures[0] + (f" (and {more} more, see above)" * bool(more)))

    def _sink(self, image_topic: str, frame_id: str, frame: PerceivedFrame) -> None:
        if not rclpy.ok():  # Ctrl-C
            raise KeyboardInterrupt
        if not self._publish:
            return
        objects, saliency = encode_frame(frame, frame_id)
        outputs = {
            image_topic: (IMAGE_TYPE, encode_image(frame.rgb, frame.stamp_ns, frame_id)),
            key_objects_topic(image_topic): (KEY_OBJECTS_TYPE, objects),
            saliency_topic(image_topic): (SALIENCY_TYPE, saliency),
        }
        self._announce({topic: msgtype for topic, (msgtype, _) in outputs.items()})
        for topic, (_, cdr) in outputs.items():
            self._publishers_by_topic[topic].publish(cdr)

    def _announce(self, types: dict[str, str]) -> None:
        """Make the publishers of topics that have none yet."""
        missing = {t: m for t, m in types.items() if t not in self._publishers_by_topic}
        for topic, msgtype in missing.items():
            qos = QoSProfile(**SIDECAR_QOS.profile())
            publisher = self.create_publisher(get_message(msgtype), topic, qos)
            self._publishers_by_topic[topic] = publisher
        if missing:
            # else the first frames are gone before anybody has found the publishers
            time.sleep(DISCOVERY_S)


def _run() -> None:
    rclpy.init()
    node = PerceiveNode()
    try:
        node.perceive()
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def main() -> int:
    """Entry point of ``ros2 run afil_perception perceive_node``."""
    return run(_run)


if __name__ == "__main__":
    sys.exit(main())
