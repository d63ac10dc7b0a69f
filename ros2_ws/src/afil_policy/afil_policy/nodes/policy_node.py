"""The policy node: camera and state topics in, commands out.

docs/deployment.md says what each transition does, and which thread calls what.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import rcl_interfaces.msg
from afil_interfaces.action import RunPolicy
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_updater import Updater
from rclpy.action import ActionClient, ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.process.interfaces import get_action, get_message
from afil_core.process.node_main import run_node
from afil_core.process.parameters import declare
from afil_core.process.watching import heartbeat_publisher
from afil_policy.deploy import proposal
from afil_policy.deploy.announcer import Announcer
from afil_policy.deploy.connections import Connections, Ros
from afil_policy.deploy.parameters import PolicyParameters
from afil_policy.deploy.preflight import check_parameters
from afil_policy.deploy.recovery import recover
from afil_policy.deploy.run_action import RunAction
from afil_policy.deploy.status import ControlStatus
from afil_policy.nodes.presence_node import require_sole

if TYPE_CHECKING:
    from afil_policy.deploy.deployment import Deployment

_POLL_S, _LOOK_S, _STATUS_S = 0.02, 0.1, 1.0  # Late streams, other commanders, status.
_SWITCH_S = 0.0005  # A thread that computes must not keep the command loop from its time.
_SUCCESS, _FAILURE, _ERROR = (
    TransitionCallbackReturn.SUCCESS,
    TransitionCallbackReturn.FAILURE,
    TransitionCallbackReturn.ERROR,
)
_PRIMARY = ("unconfigured", "inactive", "active")
_ROS = Ros(QoSProfile, get_message, get_action, ActionClient, Duration)


class PolicyNode(LifecycleNode):
    """Runs a checkpoint on a robot's topics, those of the node's namespace.

    Parameters: :class:`PolicyParameters`. Topics ``~/status`` and ``~/latency`` (once a second),
    ``~/heartbeat``, ``~/proposed``, ``/diagnostics``. Services (std_srvs/Trigger) ``~/start``,
    ``~/stop``, ``~/reset``, ``~/recover``. Action ``~/run``.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__("policy_node", **options)
        sys.setswitchinterval(_SWITCH_S)
        self._given = declare(PolicyParameters, self, rcl_interfaces.msg)
        self._deployment: Deployment | None = None
        self._failure: str | None = None
        self._said = Announcer(self, _ROS)
        self._proposed = self.create_publisher(get_message(proposal.TYPE), "~/proposed", 10)
        self._beats = heartbeat_publisher(self)
        self._updater = Updater(self)
        self._updater.setHardwareID(self._given.robot)
        self._updater.add("policy", self._diagnose)
        for do in (self.start, self.stop, self.reset, self.recover):
            self.create_service(Trigger, f"~/{do.__name__}", partial(self._serve, do))
        self._run = RunAction(RunPolicy, start=self.start, stop=self.stop, status=self._done)
        self._server = ActionServer(
            self,
            RunPolicy,
            "~/run",
            self._run.execute,
            handle_accepted_callback=self._run.accepted,
            callback_group=ReentrantCallbackGroup(),  # Who waits for a result keeps nobody else.
            goal_callback=lambda _: (
                GoalResponse.REJECT if self._run.is_busy else GoalResponse.ACCEPT
            ),
            cancel_callback=lambda handle: CancelResponse.ACCEPT,
        )
        for period_s, callback in (
            (_POLL_S, self._collect), (_LOOK_S, self._look), (_STATUS_S, self._publish_status)
        ):  # fmt: skip
            self.create_timer(period_s, callback, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def autostart(self) -> None:
        """Configure and activate, if the parameter says so.

        Raises:
            AfilError: With the sentence of what failed.
        """
        if self._given.autostart:
            self.start()

    def finish(self) -> None:
        """Bring the robot to rest for good: the end of the process."""
        if self._state in _PRIMARY:
            self.trigger_shutdown()
        else:
            self._rest()

    def start(self) -> None:
        """Configure, where that was not done, and activate.

        Raises:
            AfilError: With the sentence of what failed.
        """
        for state, trigger in (
            ("unconfigured", self.trigger_configure), ("inactive", self.trigger_activate)
        ):  # fmt: skip
            if self._state == state and trigger() != _SUCCESS:
                raise AfilError(self._failure or "the policy node can't be started")
        if self._state != "active" or self._failure:
            raise AfilError(self._failure or f"the policy node is {self._state}")

    def stop(self) -> None:
        """Bring the robot to rest and command no more; the model stays loaded.

        Raises:
            AfilError: When the robot can't be brought to rest.
        """
        if self._state == "active" and self.trigger_deactivate() != _SUCCESS:
            raise AfilError(self._failure or "the policy node can't be stopped")

    def reset(self) -> None:
        """Bring the robot to rest and start anew from what is measured.

        Raises:
            AfilError: When the node is not active.
        """
        if self._deployment is None or not self._deployment.is_active:
            raise AfilError(f"the policy node is {self._state}")
        self._deployment.reset()

    def recover(self) -> None:
        """Ask the robot's driver for its error recovery, and let latched guards go after it.

        Raises:
            AfilError: When no guard knows a recovery, or nobody serves it.
        """
        recover(self, _ROS, d.guards if (d := self._deployment) else (), self._recovered)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm up the checkpoint, open the topics."""
        if (result := self._attempt(self._configure, refusal=_FAILURE)) != _SUCCESS:
            self._close()
            return result
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to command, from what is measured now."""
        assert self._deployment is not None
        result = super().on_activate(state)
        self._deployment.begin(
            beat=lambda beat: self._beats.publish(beat.encode(self._now_ns())),
            propose=self._proposed.publish,
            failed=self._loop_failed,
        )
        return result

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
        contract = load_contract(self._given.robot, self.get_namespace())
        checkpoint = check_parameters(self._given)
        # PyTorch takes seconds to load: the node answers before that, and a signal ends it then.
        from afil_policy.deploy.deployment import Deployment

        self._deployment = Deployment(
            self._given,
            contract,
            checkpoint,
            links=Connections(self, _ROS),
            now_ns=self._now_ns,
            say=self.get_logger().info,
            warn=partial(self.get_logger().warning, throttle_duration_sec=1.0),
            simulated=bool(self.get_parameter("use_sim_time").value),
        )
        require_sole(self, self._said)
        self._deployment.open(self.create_lifecycle_publisher)

    def _rest(self) -> None:
        if self._deployment is not None:
            self._deployment.rest()

    def _close(self) -> None:
        if self._deployment is not None:
            self._deployment.close()
        self._deployment, self._said.holds_name = None, False

    def _collect(self) -> None:
        if self._deployment is not None:
            self._deployment.collect()

    def _look(self) -> None:
        if self._deployment is not None:
            self._deployment.look()
        self._run.follow(is_active=self._state == "active" and self._failure is None)
        if self._said.problem_changed(self._deployment):
            self._updater.force_update()

    def _loop_failed(self, error: Exception) -> None:
        what = f"{type(error).__name__}: {error}"
        self._failure = f"the command loop failed ({what}); call ~/stop, then ~/start"
        self.get_logger().error("".join(traceback.format_exception(error)))

    def _recovered(self, problem: str | None) -> None:
        if problem is not None:
            self.get_logger().error(problem)
        elif self._deployment is not None and self._deployment.is_active:
            self._deployment.reset()

    def _done(self) -> ControlStatus | None:
        return None if self._deployment is None else self._deployment.status

    def _publish_status(self) -> None:
        self._said.publish(self._now_ns(), self._state, self._failure, self._deployment)

    def _diagnose(self, entry: Any) -> Any:
        now = (self._state, self._failure, self._deployment)
        return self._said.diagnose(entry, DiagnosticStatus, *now)

    def _serve(self, do: Callable[[], None], request: Any, response: Any) -> Any:
        del request
        try:
            do()
            response.success = True
        except AfilError as error:
            response.message = str(error)
        return response

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)


def main() -> int:
    """Entry point."""
    return run_node(PolicyNode, start=PolicyNode.autostart, close=PolicyNode.finish)


if __name__ == "__main__":
    sys.exit(main())
