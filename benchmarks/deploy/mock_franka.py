"""A mock of franka_ros2 with crisp_controllers: topics, types, QoS, rates, actions, modes.

Written from the interfaces of franka_ros2 (v2.5, v3.4). It moves as it is commanded through
``target_pose``, ``servo_node/delta_twist_cmds`` or ``target_joint``, and can be made to fail.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.action import ActionServer
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_action, get_message

from afil_core import messages
from afil_core.actions import apply_delta, delta_between
from afil_core.contract import Contract
from afil_core.testing import HOME, READY_JOINTS

STATE, STATE_TYPE = (
    "franka_robot_state_broadcaster/robot_state", "franka_msgs/msg/FrankaRobotState"
)  # fmt: skip
WRENCH, WRENCH_TYPE = (
    "franka_robot_state_broadcaster/external_wrench_in_base_frame",
    "geometry_msgs/msg/WrenchStamped",
)
RECOVERY = "action_server/error_recovery"
MOVE, REFLEX = 2, 4
# Servo obeys a velocity for as long.
_TWIST_S = 0.1
_STILL = 1e-6
# Places of the arm that its last messages told of.
_RECENT = 5
# The hand moves as long, and answers no other goal meanwhile.
_HAND_S = 0.5


@dataclass
class Faults:
    """What is wrong with the robot's messages; the defaults are a robot that is well."""

    camera: bool = True
    frozen: bool = False
    stamp_offset_s: float = 0.0
    zero_stamps: bool = False
    change_image: Callable[[bytes], bytes] | None = None
    mode: int = MOVE
    errors: tuple[str, ...] = ()
    force_n: float = 0.0
    flood: bool = False


@dataclass
class Command:
    """A command as it arrived.

    Attributes:
        at_s: When.
        name: Its name in the contract.
        value: What was asked for.
        moves: Whether that is a place where the arm has not just been, or a speed.
    """

    at_s: float
    name: str
    value: NDArray[np.float64]
    moves: bool


@dataclass
class Heard:
    """What the robot was commanded."""

    commands: list[Command] = field(default_factory=list)
    goals: list[tuple[str, dict[str, float]]] = field(default_factory=list)

    def last_motion(self) -> float:
        """When a command last asked the arm to move, s."""
        return max((c.at_s for c in tuple(self.commands) if c.moves), default=0.0)

    def first_rest(self, since_s: float) -> float | None:
        """When the first of the arm's commands at rest came, s.

        Args:
            since_s: Commands before this time do not count.

        Returns:
            The time of the first command after which none moved the arm; None where none came.
        """
        last_s = max(self.last_motion(), since_s)
        rests = (c for c in tuple(self.commands) if not c.moves and c.name != "gripper")
        return min((c.at_s for c in rests if c.at_s >= last_s), default=None)


class MockFranka:
    """The arm, its hand and its cameras, as a node with threads of its own.

    Args:
        contract: The robot's contract.
        state_hz: Rate of pose, joints and robot state; 1000 on the robot.
        with_actions: Whether the hand's and the recovery's action servers are there.

    Attributes:
        node: The arm's node; the hand has one of its own, as it has on the robot.
    """

    def __init__(
        self, contract: Contract, *, state_hz: float = 100.0, with_actions: bool = True
    ) -> None:
        self.contract = contract
        self.faults = Faults()
        self.heard = Heard()
        self.pose, self.joints, self.width = HOME.copy(), READY_JOINTS.copy(), 0.08
        self.recoveries = 0
        self._been = {
            "pose": deque([self.pose], maxlen=_RECENT),
            "joint": deque([self.joints], maxlen=_RECENT),
        }
        self._twist: tuple[float, NDArray[np.float64]] = (0.0, np.zeros(6))
        self._state_hz = state_hz
        self._random = np.random.default_rng(0)
        self._open = True
        self.node = rclpy.create_node("mock_franka")
        self._publishers = {
            s.name: self.node.create_publisher(
                get_message(s.type), s.topic, QoSProfile(**s.qos.profile())
            )
            for s in contract.observations
        }
        best_effort = QoSProfile(depth=1, reliability=2)
        self._state = self.node.create_publisher(
            get_message(STATE_TYPE), STATE, QoSProfile(depth=10)
        )
        self._wrench = self.node.create_publisher(get_message(WRENCH_TYPE), WRENCH, best_effort)
        for name in ("pose", "gripper", "twist", "joint"):
            command = contract.commands[name]
            self.node.create_subscription(
                get_message(command.type),
                command.topic,
                lambda cdr, name=name: self._command(name, bytes(cdr)),
                QoSProfile(**command.qos.profile(depth=50)),
                raw=True,
            )
        self._servers = []
        self._hand = rclpy.create_node("franka_gripper")
        if with_actions:
            for type_, name in (
                ("franka_msgs/action/Grasp", "franka_gripper/grasp"),
                ("franka_msgs/action/Move", "franka_gripper/move"),
                ("control_msgs/action/GripperCommand", "franka_gripper/gripper_action"),
                ("franka_msgs/action/ErrorRecovery", RECOVERY),
            ):
                kind = get_action(type_)
                self._servers.append(
                    ActionServer(
                        self._hand, kind, name, lambda h, k=kind, n=name: self._goal(h, k, n)
                    )
                )
        self._executors = [SingleThreadedExecutor(), SingleThreadedExecutor()]
        for executor, node in zip(self._executors, (self.node, self._hand), strict=True):
            executor.add_node(node)
        work = [*(e.spin for e in self._executors), self._publish_states, self._publish_images]
        self._threads = [threading.Thread(target=each, daemon=True) for each in work]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Be switched off."""
        self._open = False
        for executor in self._executors:
            executor.shutdown()
        for thread in self._threads:
            thread.join(2)
        self._hand.destroy_node()
        self.node.destroy_node()

    def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Whether a condition came true in time."""
        end_s = time.monotonic() + timeout_s
        while time.monotonic() < end_s:
            if condition():
                return True
            time.sleep(0.01)
        return False

    def is_moved(self) -> bool:
        """Whether it was commanded to move within the last fifth of a second."""
        return time.monotonic() - self.heard.last_motion() < 0.2

    def _goal(self, handle: Any, kind: Any, name: str) -> Any:
        fields = {
            key: float(getattr(handle.request, key))
            for key in ("width", "speed", "force")
            if hasattr(handle.request, key)
        }
        if hasattr(handle.request, "command"):
            fields["position"] = float(handle.request.command.position)
        self.heard.goals.append((name, fields))
        if name == RECOVERY:
            self.recoveries += 1
            self.faults.mode, self.faults.errors = MOVE, ()
        else:
            time.sleep(_HAND_S)
            self.width = fields.get("width", 2 * fields.get("position", self.width / 2))
        handle.succeed()
        result = kind.Result()
        if hasattr(result, "success"):
            result.success = True
        return result

    def _command(self, name: str, cdr: bytes) -> None:
        command = self.contract.commands[name]
        value = np.asarray(command.decode(cdr).value)
        # Who rests the arm knows where it was when it last said so.
        known = self._been.get(name, (np.zeros_like(value),))
        moves = name != "gripper" and all(np.abs(value - place).max() > _STILL for place in known)
        self.heard.commands.append(Command(time.monotonic(), name, value, moves))
        if self.faults.mode != MOVE:
            return
        if name in self._been:
            self._been[name].append(value)
        if name == "pose":
            self.pose = value
        elif name == "joint":
            self.joints = value
        elif name == "twist":
            self._twist = (time.monotonic(), value)
        else:
            self.width = float(value[0])

    def _now_ns(self) -> int:
        if self.faults.zero_stamps:
            return 0
        return time.time_ns() + round(self.faults.stamp_offset_s * 1e9)

    def _publish_states(self) -> None:
        period_s = 1 / self._state_hz
        next_s = time.monotonic()
        every = max(round(self._state_hz / 100), 1)
        count = 0
        while self._open:
            begun_s, twist = self._twist
            if time.monotonic() - begun_s < _TWIST_S:
                self.pose = apply_delta(self.pose, twist * period_s)
            stamp_ns = self._now_ns()
            values = {
                "ee_pose": self.pose,
                "joint_positions": self.joints,
                "gripper_width": np.array([self.width]),
            }
            for name, value in values.items():
                if name == "ee_pose" or count % every == 0:
                    cdr = self.contract.stream(name).encode(value, stamp_ns)
                    self._publishers[name].publish(cdr)
            if count % every == 0:
                self._state.publish(self._robot_state(stamp_ns))
                self._wrench.publish(self._external_wrench(stamp_ns))
            count += 1
            next_s += period_s
            if not self.faults.flood:
                time.sleep(max(next_s - time.monotonic(), 0))

    def _publish_images(self) -> None:
        period_s = 1 / self.contract.control_rate_hz
        next_s = time.monotonic()
        pictures: dict[str, NDArray[np.uint8]] = {}
        while self._open:
            for stream in self.contract.images:
                if not self.faults.camera:
                    continue
                if not self.faults.frozen or stream.name not in pictures:
                    pictures[stream.name] = self._picture(stream.shape)
                cdr = stream.encode(pictures[stream.name], self._now_ns())
                change = self.faults.change_image
                self._publishers[stream.name].publish(cdr if change is None else change(cdr))
            next_s += period_s
            time.sleep(max(next_s - time.monotonic(), 0))

    def _picture(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        picture = np.full(shape, 90, np.uint8)
        noise = self._random.integers(0, 255, (8, shape[1], shape[2]), dtype=np.uint8)
        picture[:8] = noise
        return picture

    def _robot_state(self, stamp_ns: int) -> bytes:
        bits = dict.fromkeys(self.faults.errors, True)
        return messages.serialize(
            messages.new(
                STATE_TYPE,
                header=messages.header(stamp_ns, "fr3_link0"),
                robot_mode=self.faults.mode,
                current_errors=messages.new("franka_msgs/msg/Errors", **bits),
            )
        )

    def _external_wrench(self, stamp_ns: int) -> bytes:
        force = messages.new("geometry_msgs/msg/Vector3", z=self.faults.force_n)
        return messages.serialize(
            messages.new(
                WRENCH_TYPE,
                header=messages.header(stamp_ns, "fr3_link0"),
                wrench=messages.new("geometry_msgs/msg/Wrench", force=force),
            )
        )


def turned(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Angle between two poses, rad."""
    return float(np.linalg.norm(delta_between(a, b)[3:]))
