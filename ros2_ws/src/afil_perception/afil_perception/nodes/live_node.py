"""The live node: key objects and saliency of a camera, or of a bag that is played."""

from __future__ import annotations

import sys
import threading

import rcl_interfaces.msg
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.process.interfaces import get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_core.saliency.topics import (
    KEY_OBJECTS_TYPE,
    MASKS_TYPE,
    SALIENCY_TYPE,
    SIDECAR_QOS,
    key_objects_topic,
    masks_topic,
    saliency_topic,
)
from afil_perception.clips.live import LiveClip
from afil_perception.clips.scene import scene_of
from afil_perception.pipeline.config import load_config
from afil_perception.pipeline.live import STATUS_TYPE, LiveParameters, LivePerception
from afil_perception.pipeline.maps import PerceivedFrame
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.sidecar import encode_frame

_STATUS_S = 1.0


class LiveNode(Node):
    """Answers each frame of an image topic with key objects, masks and a saliency map.

    They are published beside the image topic, stamped like the image. Topic ``~/status``
    (afil_interfaces/PerceptionStatus, once a second) says how far behind they are.

    Raises:
        AfilError: When a parameter does not fit.
    """

    def __init__(self) -> None:
        super().__init__("live_node")
        given = declare(LiveParameters, self, rcl_interfaces.msg)
        if not given.instruction.strip():
            raise AfilError(
                "live_node: instruction is empty; say the task, e.g. 'lift the carrot'"
            )
        contract = load_contract(given.robot, self.get_namespace().strip("/"))
        stream = contract.stream(given.stream or contract.anchor)
        if not stream.is_image:
            raise AfilError(
                f"live_node: stream '{stream.name}' is no image; choose one of "
                f"{', '.join(s.name for s in contract.images)}"
            )
        self._clip = LiveClip(stream, given.max_waiting)
        pipeline = Pipeline(load_config(given.config or None))
        pipeline.require(pipeline.backends)
        for line in pipeline.choice_lines():
            self.get_logger().info(line)
        self._perception = LivePerception(
            pipeline,
            self._clip,
            given.instruction,
            scene_of(contract),
            self._publish,
            lambda: int(self.get_clock().now().nanoseconds),
        )
        self._outputs = self._announced(stream.topic)
        self._status = self.create_publisher(get_message(STATUS_TYPE), "~/status", 10)
        self.create_subscription(
            get_message(stream.type),
            stream.topic,
            lambda cdr: self._clip.push(bytes(cdr)),
            QoSProfile(**stream.qos.profile()),
            raw=True,
        )
        self.create_timer(
            _STATUS_S, self._publish_status, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )
        # Models take their time; the executor's thread has to take what arrives meanwhile.
        self._worker = threading.Thread(target=self._perception.run, name="perception")

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def is_over(self) -> bool:
        """Never, unless perception fails for good.

        Raises:
            AfilError: Says why.
        """
        if self._perception.failed:
            raise AfilError(self._perception.problem)
        return False

    def finish(self) -> None:
        """End the thread."""
        self._perception.end()
        if self._worker.is_alive():
            self._worker.join()

    def _announced(self, image_topic: str) -> dict[str, Publisher]:
        types = {
            key_objects_topic(image_topic): KEY_OBJECTS_TYPE,
            masks_topic(image_topic): MASKS_TYPE,
            saliency_topic(image_topic): SALIENCY_TYPE,
        }
        qos = QoSProfile(**SIDECAR_QOS.profile())
        return {t: self.create_publisher(get_message(m), t, qos) for t, m in types.items()}

    def _publish(self, frame: PerceivedFrame) -> None:
        stream = self._clip.stream
        encoded = encode_frame(frame, stream.topic, stream.frame, empty_masks=True)
        for topic, (_, cdr) in encoded.items():
            self._outputs[topic].publish(cdr)

    def _publish_status(self) -> None:
        self._status.publish(messages.serialize(self._perception.status()))


def main() -> int:
    """Entry point of ``ros2 run afil_perception live_node``."""
    return run_node(
        LiveNode, start=LiveNode.start, is_over=LiveNode.is_over, close=LiveNode.finish
    )


if __name__ == "__main__":
    sys.exit(main())
