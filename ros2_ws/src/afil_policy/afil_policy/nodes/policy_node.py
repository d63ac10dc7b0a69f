"""The policy node: camera and state topics in, commands out.

A lifecycle node: configure loads and warms up the checkpoint and opens the topics, activate
starts to command, whatever ends that stops the robot. All logic is in ``afil_policy.deploy``.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import rcl_interfaces.msg
import torch
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import Updater
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_policy.deploy import diagnostics, status
from afil_policy.deploy.adapters import Outgoing, build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.parameters import PolicyParameters
from afil_policy.deploy.preflight import check_deployment
from afil_policy.deploy.runner import PolicyRunner

# How often ticks that wait for a late stream, and the watchdog, are looked at (wall time).
_POLL_S = 0.02
_STATUS_S = 1.0
_LAST_WORD = Duration(seconds=0.5)
_SUCCESS, _FAILURE, _ERROR = (
    TransitionCallbackReturn.SUCCESS,
    TransitionCallbackReturn.FAILURE,
    TransitionCallbackReturn.ERROR,
)
_PRIMARY = ("unconfigured", "inactive", "active")


class PolicyNode(LifecycleNode):
    """Runs a checkpoint on a robot's topics, those of the node's namespace.

    Parameters: :class:`PolicyParameters`. Topics ``~/status`` (afil_interfaces/PolicyStatus,
    once a second) and ``/diagnostics``. Service ``~/reset`` (std_srvs/Trigger) forgets what was.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__("policy_node", **options)
        self._given = declare(PolicyParameters, self, rcl_interfaces.msg)
        self._controller: PolicyController | None = None
        self._failure: str | None = None
        self._checkpoint = ""
        self._outputs: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._poll_timer: Any = None
        self._wall = Clock(clock_type=ClockType.STEADY_TIME)
        self._status = self.create_publisher(get_message(status.TYPE), "~/status", 10)
        self.create_timer(_STATUS_S, self._publish_status, clock=self._wall)
        self._updater = Updater(self)
        self._updater.setHardwareID(self._given.robot)
        self._updater.add("policy", self._diagnose)
        self.create_service(Trigger, "~/reset", self._on_reset)

    def autostart(self) -> None:
        """Configure and activate, if the parameter says so.

        Raises:
            AfilError: With the sentence of what failed.
        """
        if not self._given.autostart:
            return
        for trigger in (self.trigger_configure, self.trigger_activate):
            if trigger() != _SUCCESS:
                raise AfilError(self._failure or "the policy node can't be started")

    def finish(self) -> None:
        """Bring the robot to rest for good: the end of the process."""
        if self._state in _PRIMARY:
            self.trigger_shutdown()
        else:
            self._rest()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm up the checkpoint, open the topics."""
        result = self._attempt(self._configure, refusal=_FAILURE)
        if result != _SUCCESS:
            self._close()
            return result
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to command, from what is measured now."""
        assert self._controller is not None
        self._controller.reset()
        self.get_logger().info(f"active: {self._checkpoint}")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the robot and command no more."""
        result = self._attempt(self._rest, refusal=_ERROR)
        return result if result != _SUCCESS else super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Close the topics and forget the checkpoint."""
        self._close()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the robot for good."""
        result = self._attempt(self._rest, refusal=_ERROR)
        self._close()
        return result if result != _SUCCESS else super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the robot after a transition that failed in an unforeseen way; ends finalized.

        What failed is in the log, in the status and in the diagnostics.
        """
        del state
        failure = self._failure or "a transition failed"
        self._attempt(self._rest, refusal=_ERROR)
        self._close()
        self._failure = failure
        return _FAILURE

    @property
    def _state(self) -> str:
        # rclpy offers a node's state as a service alone, not to the node itself.
        return str(self._state_machine.current_state[1])

    def _attempt(
        self, step: Callable[[], None], *, refusal: TransitionCallbackReturn
    ) -> TransitionCallbackReturn:
        """Do a step of a transition; rclpy would drop what it raises without a word."""
        self._failure = None
        try:
            step()
        except AfilError as error:
            self._failure = str(error)
            self.get_logger().error(self._failure)
            return refusal
        except Exception as error:  # noqa: BLE001 (whatever it is, the robot must come to rest)
            self._failure = f"{type(error).__name__}: {error}"
            self.get_logger().error(traceback.format_exc())
            return _ERROR
        return _SUCCESS

    def _configure(self) -> None:
        given = self._given
        torch.set_num_threads(given.threads)
        contract = load_contract(given.robot, self.get_namespace())
        folder = check_deployment(given.checkpoint, given.robot)
        runner = PolicyRunner(folder, contract, device=given.device)
        seconds = runner.warm_up()
        self.get_logger().info(f"loaded {folder}, {1000 * seconds:.1f} ms per action")
        self._controller = PolicyController(
            runner,
            contract,
            build_adapter(contract, given.command_interface, given.command_options),
            watchdog_timeout_s=given.watchdog_timeout_s,
        )
        self._checkpoint = str(folder)
        self._open(contract, self._controller.streams)

    def _open(self, contract: Contract, streams: tuple[str, ...]) -> None:
        for stream in map(contract.stream, streams):
            self._inputs.append(
                self.create_subscription(
                    get_message(stream.type),
                    stream.topic,
                    partial(self._on_message, stream.name),
                    QoSProfile(**stream.qos.profile()),
                    raw=True,
                )
            )
        # Publishers last: who sees them may count on an answer.
        for command in contract.interface(self._given.command_interface):
            self._outputs[command.topic] = self.create_lifecycle_publisher(
                get_message(command.type), command.topic, QoSProfile(**command.qos.profile())
            )
        self._poll_timer = self.create_timer(_POLL_S, self._poll, clock=self._wall)

    def _close(self) -> None:
        for subscription in self._inputs:
            self.destroy_subscription(subscription)
        for publisher in self._outputs.values():
            self.destroy_lifecycle_publisher(publisher)
        if self._poll_timer is not None:
            self.destroy_timer(self._poll_timer)
        self._inputs, self._outputs, self._poll_timer = [], {}, None
        self._controller, self._checkpoint = None, ""

    def _is_commanding(self) -> bool:
        return any(publisher.is_activated for publisher in self._outputs.values())

    def _on_message(self, stream: str, cdr: bytes) -> None:
        if self._controller is not None and self._is_commanding():
            self._controller.receive(stream, bytes(cdr), self._now_ns())
            self._poll()

    def _poll(self) -> None:
        if self._controller is None or not self._is_commanding():
            return
        before = self._controller.problem
        self._publish(self._controller.poll(self._now_ns()))
        problem = self._controller.problem
        if problem not in (None, before):
            self.get_logger().warning(f"no command: {problem}", throttle_duration_sec=1.0)
        if (problem is None) != (before is None):
            self._updater.force_update()

    def _rest(self) -> None:
        """Bring the robot to rest, if this node is commanding it."""
        if self._controller is None or not self._is_commanding():
            return
        self._publish(self._controller.rest(self._now_ns()))
        # A process that ends at once could take its last message with it.
        for publisher in self._outputs.values():
            publisher.wait_for_all_acked(_LAST_WORD)

    def _publish(self, commands: list[Outgoing]) -> None:
        for topic, cdr in commands:
            self._outputs[topic].publish(cdr)

    def _publish_status(self) -> None:
        loop = None if self._controller is None else self._controller.status
        level, problem = diagnostics.judge(self._state, self._failure, loop)
        self._status.publish(
            status.encode_status(
                self._now_ns(),
                state=self._state,
                checkpoint=self._checkpoint,
                problem="" if level == "OK" else problem,
                status=loop,
            )
        )

    def _diagnose(self, entry: Any) -> Any:
        loop = None if self._controller is None else self._controller.status
        level, problem = diagnostics.judge(self._state, self._failure, loop)
        entry.summary(getattr(DiagnosticStatus, level), problem)
        for key, value in diagnostics.values(self._state, self._checkpoint, loop).items():
            entry.add(key, value)
        return entry

    def _on_reset(self, request: Any, response: Any) -> Any:
        del request
        if self._controller is None or not self._is_commanding():
            response.message = f"the policy node is {self._state}"
            return response
        # A reset rests the watchdog: a robot that still moves would be left alone with it.
        self._publish(self._controller.rest(self._now_ns()))
        self._controller.reset()
        response.success = True
        return response

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)


def main() -> int:
    """Entry point."""
    return run_node(PolicyNode, start=PolicyNode.autostart, close=PolicyNode.finish)


if __name__ == "__main__":
    sys.exit(main())
