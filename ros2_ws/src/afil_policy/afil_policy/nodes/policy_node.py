"""The policy node: camera and state topics in, commands out.

A lifecycle node: configure loads and warms up the checkpoint, activate starts to command,
deactivate stops the robot. All logic is in ``afil_policy.deploy``.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.process.node_main import run_node
from afil_policy.deploy import diagnostics, status
from afil_policy.deploy.adapters import Outgoing, build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.runner import PolicyRunner

# How often ticks that wait for a late stream, and the watchdog, are looked at (wall time).
_POLL_S = 0.02
_DIAGNOSTICS_S = 1.0
_LAST_WORD = Duration(seconds=0.5)


class PolicyNode(LifecycleNode):
    """Runs a checkpoint on a robot's topics.

    Parameters: ``checkpoint`` (folder), ``robot`` (contract), ``device`` (torch),
    ``command_interface`` (empty: the contract's default), ``autostart`` (configure and
    activate at once), ``watchdog_timeout_s`` (wall time), ``threads`` (of torch). Topic
    ``~/status`` (afil_interfaces/PolicyStatus), once a second.
    """

    def __init__(self) -> None:
        super().__init__("policy_node")
        self.declare_parameter("checkpoint", "")
        self.declare_parameter("robot", "franka")
        self.declare_parameter("device", "cpu")
        self.declare_parameter("command_interface", "")
        self.declare_parameter("autostart", True)
        self.declare_parameter("watchdog_timeout_s", 0.5)
        self.declare_parameter("threads", 1)
        self._controller: PolicyController | None = None
        self._state = "unconfigured"
        self._failure: str | None = None
        self._problem: str | None = None
        self._checkpoint = ""
        self._publishers_by_topic: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._wall = Clock(clock_type=ClockType.STEADY_TIME)
        self._timers_on = [
            self.create_timer(_DIAGNOSTICS_S, self._publish_diagnostics, clock=self._wall)
        ]
        self._diagnostics = self.create_publisher(
            get_message(diagnostics.TYPE), diagnostics.TOPIC, 10
        )
        self._status = self.create_publisher(get_message(status.TYPE), "~/status", 10)
        self.create_service(Trigger, "~/reset", self._on_reset)

    def autostart(self) -> None:
        """Configure and activate, if the parameter says so.

        Raises:
            AfilError: With the sentence of what failed.
        """
        if not self._parameter("autostart"):
            return
        for trigger in (self.trigger_configure, self.trigger_activate):
            if trigger() != TransitionCallbackReturn.SUCCESS:
                raise AfilError(self._failure or "the policy node can't be started")

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm up the checkpoint, open the topics."""
        try:
            self._configure()
        except AfilError as error:
            self._close()
            self._failure = str(error)
            self.get_logger().error(self._failure)
            return TransitionCallbackReturn.FAILURE
        self._state = "inactive"
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to command."""
        if self._controller is not None:
            self._controller.reset()
        self._state = "active"
        self.get_logger().info(f"active: {self._checkpoint}")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the robot and command no more."""
        self.stop_robot()
        self._state = "inactive"
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Close the topics and forget the checkpoint."""
        self._close()
        self._state = "unconfigured"
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the robot for good."""
        self.stop_robot()
        self._close()
        self._state = "finalized"
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the robot after a transition that failed in an unforeseen way."""
        self.stop_robot()
        self._close()
        self._state = "unconfigured"
        return TransitionCallbackReturn.SUCCESS

    def stop_robot(self) -> None:
        """Bring the robot to rest, if this node was commanding it."""
        if self._state != "active" or self._controller is None:
            return
        self._publish(self._controller.rest(self._now_ns()))
        # A process that ends at once could take its last message with it.
        for publisher in self._publishers_by_topic.values():
            publisher.wait_for_all_acked(_LAST_WORD)

    def _configure(self) -> None:
        torch.set_num_threads(max(1, int(self._parameter("threads"))))
        contract = load_contract(str(self._parameter("robot")))
        checkpoint = str(self._parameter("checkpoint"))
        if not checkpoint:
            raise AfilError("parameter 'checkpoint' is empty; give the folder of a checkpoint")
        runner = PolicyRunner(Path(checkpoint), contract, device=str(self._parameter("device")))
        seconds = runner.warm_up()
        self.get_logger().info(f"loaded {checkpoint}, {1000 * seconds:.1f} ms per action")
        interface = str(self._parameter("command_interface"))
        controller = PolicyController(
            runner,
            contract,
            build_adapter(contract, interface),
            watchdog_timeout_s=float(self._parameter("watchdog_timeout_s")),
        )
        self._checkpoint = checkpoint
        self._open(contract, interface, controller)
        self._controller = controller

    def _open(self, contract: Contract, interface: str, controller: PolicyController) -> None:
        for command in contract.interface(interface):
            qos = QoSProfile(**command.qos.profile())
            self._publishers_by_topic[command.topic] = self.create_publisher(
                get_message(command.type), command.topic, qos
            )
        for stream in map(contract.stream, controller.streams):
            self._inputs.append(
                self.create_subscription(
                    get_message(stream.type),
                    stream.topic,
                    partial(self._on_message, stream.name),
                    QoSProfile(**stream.qos.profile()),
                    raw=True,
                )
            )
        self._timers_on.append(self.create_timer(_POLL_S, self._poll, clock=self._wall))

    def _close(self) -> None:
        for subscription in self._inputs:
            self.destroy_subscription(subscription)
        for publisher in self._publishers_by_topic.values():
            self.destroy_publisher(publisher)
        while len(self._timers_on) > 1:
            self.destroy_timer(self._timers_on.pop())
        self._inputs, self._publishers_by_topic, self._controller = [], {}, None

    def _on_message(self, stream: str, cdr: bytes) -> None:
        if self._state != "active" or self._controller is None:
            return
        now_ns = self._now_ns()
        self._controller.receive(stream, bytes(cdr), now_ns)
        self._publish(self._controller.poll(now_ns))

    def _poll(self) -> None:
        if self._state == "active" and self._controller is not None:
            self._publish(self._controller.poll(self._now_ns()))

    def _publish(self, commands: list[Outgoing]) -> None:
        for command in commands:
            self._publishers_by_topic[command.topic].publish(command.cdr)
        problem = self._controller.problem if self._controller is not None else None
        if problem != self._problem:
            self._problem = problem
            if problem is not None:
                self.get_logger().warning(f"no command: {problem}")

    def _publish_diagnostics(self) -> None:
        loop = None if self._controller is None else self._controller.status
        self._diagnostics.publish(
            diagnostics.encode_diagnostics(
                self._now_ns(),
                node=self.get_name(),
                state=self._state,
                checkpoint=self._checkpoint,
                status=loop,
            )
        )
        self._status.publish(
            status.encode_status(
                self._now_ns(), state=self._state, checkpoint=self._checkpoint, status=loop
            )
        )

    def _on_reset(self, request: Any, response: Any) -> Any:
        del request
        response.success = self._state == "active" and self._controller is not None
        response.message = "" if response.success else f"the policy node is {self._state}"
        if self._controller is not None:
            # A reset rests the watchdog: a robot that still moves would be left alone with it.
            if self._state == "active":
                self._publish(self._controller.rest(self._now_ns()))
            self._controller.reset()
        return response

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _parameter(self, name: str) -> Any:
        return self.get_parameter(name).value


def main() -> int:
    """Entry point."""
    return run_node(PolicyNode, start=PolicyNode.autostart, close=PolicyNode.stop_robot)


if __name__ == "__main__":
    sys.exit(main())
