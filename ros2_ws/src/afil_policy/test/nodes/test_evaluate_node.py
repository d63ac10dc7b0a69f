"""The evaluation's node beside a world on paper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from afil_core import world_protocol as protocol
from afil_core.contract import load_contract
from afil_core.testing import FrankaOnPaper, ros_environment
from afil_policy.evaluation.film import Film

# Fewer frames than a reader of the camera keeps.
SEED, STEPS = 1000, 3


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
        paper = FrankaOnPaper(load_contract("franka"))
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
    contract = load_contract("franka")
    made = WorldOnPaper(contract.stream(contract.anchor))
    yield made
    made.close()


def test_images_that_the_verdict_overtook_are_filmed(world: WorldOnPaper, tmp_path: Path) -> None:
    from afil_policy.nodes.evaluate_node import evaluate_node

    contract = load_contract("franka")
    film = Film(tmp_path / "unseen.json", SEED, contract.control_rate_hz)
    with evaluate_node("") as node:
        node.watch(contract.stream(contract.anchor))
        node.wait_until_active(lambda: None, 20.0)
        watch = node.run_episode(SEED, lambda: None, 20.0, film)
    assert watch.result is not None and watch.result.steps == STEPS
    assert film.frames == STEPS + 1
    assert film.close()
