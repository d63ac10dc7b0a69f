"""The offline node: perceives a dataset, publishes while it works if asked, and ends."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import rcl_interfaces.msg
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile

from afil_core.process.interfaces import get_message
from afil_core.process.node_main import run_job
from afil_core.process.parameters import declare
from afil_core.process.stop_signals import StopSignals
from afil_core.saliency.topics import SIDECAR_QOS
from afil_core.topics import resolve
from afil_perception.clips.episode import EpisodeClip
from afil_perception.pipeline.config import load_config
from afil_perception.pipeline.dataset import perceive_dataset
from afil_perception.pipeline.maps import PerceivedFrame
from afil_perception.pipeline.parameters import PerceiveParameters
from afil_perception.pipeline.sidecar import encode_frame

# Fast DDS, ROS 2's default, may take 3 s to find a reader that runs; others are found within one.
_DISCOVERY_S = 1.0
_NOBODY_S = 4.0
_DELIVERY_S = 5.0


class PerceiveNode(Node):
    """Writes the sidecars of a dataset.

    Args:
        signals: Tell whether one came.
    """

    def __init__(self, signals: StopSignals) -> None:
        super().__init__("perceive_node")
        self._given = declare(PerceiveParameters, self, rcl_interfaces.msg)
        self._signals = signals
        self._publishers_by_topic: dict[str, Publisher] = {}

    def perceive(self) -> None:
        """Do the work.

        Raises:
            AfilError: When a bag could not be perceived; the others are done by then.
            KeyboardInterrupt: When a signal came.
        """
        how = self._given.how()
        # Other engines work elsewhere, and are told by being closed when the run ends.
        has_sink = how.engine.kind.calls_back or self._given.publish
        report = perceive_dataset(
            Path(self._given.dataset),
            load_config(self._given.config or None),
            self._sink if has_sink else None,
            say=lambda line: self.get_logger().info(line),
            warn=lambda line: self.get_logger().warning(line),
            run=how,
        )
        self._await_delivery()
        self.get_logger().info(report.summary)
        report.raise_failures()

    def _sink(self, clip: EpisodeClip, frame: PerceivedFrame) -> None:
        self._signals.check()
        if not self._given.publish:
            return
        topic, frame_id = self._topic(clip), clip.stream.frame
        image = clip.stream.encode(clip.frame(frame.index).rgb, frame.stamp_ns)
        outputs = {topic: (clip.stream.type, image), **encode_frame(frame, topic, frame_id)}
        self._announce({name: msgtype for name, (msgtype, _) in outputs.items()})
        for name, (_, cdr) in outputs.items():
            self._publishers_by_topic[name].publish(cdr)

    def _topic(self, clip: EpisodeClip) -> str:
        """The recorded image topic, or the same robot's in the node's namespace, if it has one."""
        namespace = self.get_namespace().strip("/")
        return resolve(clip.stream.config.topic, namespace) if namespace else clip.stream.topic

    def _announce(self, types: dict[str, str]) -> None:
        """Make the publishers of topics that have none yet, and let their readers find them."""
        missing = {t: m for t, m in types.items() if t not in self._publishers_by_topic}
        for topic, msgtype in missing.items():
            qos = QoSProfile(**SIDECAR_QOS.profile())
            publisher = self.create_publisher(get_message(msgtype), topic, qos)
            self._publishers_by_topic[topic] = publisher
        if missing:
            self._await_readers(set(missing))

    def _await_readers(self, topics: set[str]) -> None:
        """Let the readers find new publishers, else the first frames are gone before.

        This is the main thread: nothing waits for it, and a signal ends the sleep.
        """
        start_s = time.monotonic()
        while (waited_s := time.monotonic() - start_s) < _NOBODY_S:
            readers = {t: self._publishers_by_topic[t].get_subscription_count() for t in topics}
            if waited_s >= _DISCOVERY_S and any(readers.values()):
                return
            time.sleep(0.05)
        self.get_logger().warning(
            f"nobody reads {' or '.join(sorted(topics))}: publishing all the same"
        )

    def _await_delivery(self) -> None:
        """What a reader has not acknowledged is lost when the process ends."""
        for topic, publisher in self._publishers_by_topic.items():
            if not publisher.wait_for_all_acked(Duration(seconds=_DELIVERY_S)):
                self.get_logger().warning(
                    f"a reader of {topic} did not take all messages within {_DELIVERY_S:.0f} s"
                )


def main() -> int:
    """Entry point of ``ros2 run afil_perception perceive_node``."""
    return run_job(PerceiveNode, PerceiveNode.perceive)


if __name__ == "__main__":
    sys.exit(main())
