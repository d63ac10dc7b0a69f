"""The evaluation's node beside a world on paper."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.testing import FrankaOnPaper, changed, ros_environment
from afil_policy.evaluation.film import Film

SEED = 1000
# More frames at once than the contract has a subscription keep, and so small that a socket may
# hold them all.
STEPS = 20
CONTRACT = changed(load_contract("franka"), {"observations.front_image.size": [24, 32]})


class WorldOnPaper:
    """Says that its episode is over before it sends the images of it."""

    def __init__(self, stream: Any) -> None:
        import rclpy
        from afil_interfaces.srv import ResetWorld
        from rclpy.executors import SingleThreadedExecutor
        from rclpy.qos import QoSProfile
        from rosidl_runtime_py.utilities import get_message
        from std_srvs.srv import Trigger

        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self.node = rclpy.create_node("world_node", context=self._context)
        self._status = self.node.create_publisher(
            get_message(protocol.EPISODE_TYPE),
            protocol.EPISODE_TOPIC,
            QoSProfile(**protocol.EPISODE_QOS.profile()),
        )
        self._images = self.node.create_publisher(
            get_message(stream.type), stream.topic, QoSProfile(**stream.qos.profile())
        )
        self._stream = stream
        self.node.create_service(ResetWorld, protocol.RESET_SERVICE, self._on_reset)
        self.node.create_service(Trigger, protocol.POLICY_RESET_SERVICE, self._on_policy_reset)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)
        self._thread.start()

    def _on_policy_reset(self, request: Any, response: Any) -> Any:
        response.success = True
        return response

    def _on_reset(self, request: Any, response: Any) -> Any:
        over = protocol.EpisodeStatus(0, SEED, "done", True, STEPS, STEPS + 1)
        self._status.publish(over.encode())
        threading.Timer(0.3, self._send).start()
        response.success, response.episode, response.seed = True, 0, SEED
        return response

    def _send(self) -> None:
        while not self._images.get_subscription_count():
            time.sleep(0.02)
        paper = FrankaOnPaper(CONTRACT)
        for number in range(STEPS + 1):
            self._images.publish(paper.observations(10**9 + number)[self._stream.name])

    def close(self) -> None:
        import rclpy

        self._executor.shutdown()
        self._thread.join(20)
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorldOnPaper]:
    for name, value in ros_environment().items():
        monkeypatch.setenv(name, value)
    made = WorldOnPaper(CONTRACT.stream(CONTRACT.anchor))
    yield made
    made.close()


def test_images_that_the_verdict_overtook_are_filmed(world: WorldOnPaper, tmp_path: Path) -> None:
    from afil_policy.nodes.evaluate_node import evaluate_node

    film = Film(tmp_path / "unseen.json", SEED, CONTRACT.control_rate_hz)
    with evaluate_node("") as node:
        node.watch(CONTRACT.stream(CONTRACT.anchor))
        node.wait_until_active(lambda: None, 60.0)
        watch = node.run_episode(SEED, lambda: None, 60.0, film)
    assert watch.result is not None and watch.result.steps == STEPS
    assert film.frames == STEPS + 1
    assert film.close()
