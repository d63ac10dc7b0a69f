"""The offline node: perceives a dataset, publishes while it works if asked, and ends.

The work is done in the main thread, where any signal ends it at any time; the executor has a
thread of its own, so that the node answers meanwhile.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rcl_interfaces.msg
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rclpy.signals import SignalHandlerOptions
from rosidl_runtime_py.utilities import get_message

from afil_core.codecs import encode_image
from afil_core.episodes.episode import key_objects_topic, saliency_topic
from afil_core.errors import run
from afil_core.process.ending import Ending, ended_by_signals
from afil_core.process.parameters import declare
from afil_perception.encoding import KEY_OBJECTS_TYPE, SALIENCY_TYPE
from afil_perception.pipeline.config import load_config
from afil_perception.pipeline.dataset import perceive_dataset
from afil_perception.pipeline.parameters import PerceiveParameters
from afil_perception.pipeline.pipeline import PerceivedFrame, Pipeline
from afil_perception.pipeline.sidecar import SIDECAR_QOS, encode_frame

IMAGE_TYPE = "sensor_msgs/msg/Image"
DISCOVERY_S = 1.0


class PerceiveNode(Node):
    """Writes the sidecars of a dataset.

    Args:
        ending: Tells whether a signal came.
    """

    def __init__(self, ending: Ending) -> None:
        super().__init__("perceive_node")
        self._given = declare(PerceiveParameters, self, rcl_interfaces.msg)
        self._ending = ending
        self._publishers_by_topic: dict[str, Publisher] = {}

    def perceive(self) -> None:
        """Do the work.

        Raises:
            AfilError: When a bag could not be perceived; the others are done by then.
            KeyboardInterrupt: When a signal came.
        """
        report = perceive_dataset(
            Path(self._given.dataset),
            Pipeline(load_config(self._given.config or None)),
            self._sink,
            say=lambda line: self.get_logger().info(line),
            warn=lambda line: self.get_logger().warning(line),
        )
        self.get_logger().info(report.summary)
        report.raise_failures()

    def _sink(self, image_topic: str, frame_id: str, frame: PerceivedFrame) -> None:
        self._ending.check()
        if not self._given.publish:
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
        """Make the publishers of topics that have none yet, and let their readers find them."""
        missing = {t: m for t, m in types.items() if t not in self._publishers_by_topic}
        for topic, msgtype in missing.items():
            qos = QoSProfile(**SIDECAR_QOS.profile())
            publisher = self.create_publisher(get_message(msgtype), topic, qos)
            self._publishers_by_topic[topic] = publisher
        if missing:
            # Else the first frames are gone before anybody has found the publishers. This is the
            # main thread: nothing waits for it, and a signal ends the sleep.
            time.sleep(DISCOVERY_S)


@contextmanager
def _spinning(node: Node) -> Iterator[None]:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, name="executor", daemon=True)
    thread.start()
    try:
        yield
    finally:
        executor.shutdown()
        thread.join()


def _run() -> None:
    with ended_by_signals() as ending:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
        try:
            node = PerceiveNode(ending)
            try:
                with _spinning(node):
                    node.perceive()
            finally:
                node.destroy_node()
        finally:
            rclpy.try_shutdown()


def main() -> int:
    """Entry point of ``ros2 run afil_perception perceive_node``."""
    return run(_run)


if __name__ == "__main__":
    sys.exit(main())
