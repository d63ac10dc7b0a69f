"""A simulated world as a robot's topics: episodes, frames, commands, time. No ROS in here.

Messages go in and out as CDR bytes with their topic names; :mod:`afil_sim.world_node` carries
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from afil_core import world_protocol as protocol
from afil_core.codecs import (
    decode_float_array,
    decode_pose,
    encode_clock,
    encode_pose,
)
from afil_core.commands import Command
from afil_core.contract import Contract, Qos
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_sim.franka.kinematics import Vector
from afil_sim.tasks import Task

MODES: Final = ("lock_step", "real_time")
CLOCK_TOPIC: Final = "/clock"
CLOCK_TYPE: Final = "rosgraph_msgs/msg/Clock"

Outgoing = tuple[str, bytes]


@dataclass(frozen=True)
class WorldConfig:
    """How a world runs.

    Attributes:
        mode: ``lock_step`` (one command per frame) or ``real_time`` (wall rate).
        first_seed: Seed of the first episode, at least 0; they count up.
        command_timeout_s: Wall time for which lock-step waits for a command, s.
        auto_reset: Whether it starts the next episode without being asked.

    Raises:
        AfilError: When a value is out of range.
    """

    mode: str = "lock_step"
    first_seed: int = 0
    command_timeout_s: float = 1.0
    auto_reset: bool = False

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise AfilError(f"parameter mode is '{self.mode}'; choose one of {', '.join(MODES)}")
        if self.first_seed < 0:
            raise AfilError(f"parameter first_seed must not be negative, not {self.first_seed}")
        if not self.command_timeout_s > 0:
            raise AfilError(
                f"parameter command_timeout_s must be positive, not {self.command_timeout_s}"
            )


class World:
    """Runs a task's episodes on the topics of a robot's contract.

    Args:
        task: The simulated task.
        contract: The robot's contract.
        config: How it runs.
    """

    def __init__(self, task: Task, contract: Contract, config: WorldConfig) -> None:
        self._task = task
        self._contract = contract
        self._config = config
        self._commands = {command.topic: command for command in contract.interface()}
        self._stamp_ns = 0
        self._episode = -1
        self._seed = config.first_seed - 1
        self._frames = 0
        self._state = "idle"
        self._target: Vector = np.zeros(7)
        self._width = 0.0
        self._answered: set[str] = set()
        self._frame_wall_s = 0.0
        self.timeouts = 0

    @property
    def publications(self) -> dict[str, tuple[str, Qos]]:
        """Topics that the world publishes: type and the quality of service it offers."""
        topics: dict[str, tuple[str, Qos]] = {
            protocol.EPISODE_TOPIC: (protocol.EPISODE_TYPE, protocol.EPISODE_QOS),
            protocol.TARGET_OBJECT_TOPIC: (
                protocol.TARGET_OBJECT_TYPE,
                protocol.TARGET_OBJECT_QOS,
            ),
            CLOCK_TOPIC: (CLOCK_TYPE, Qos()),
        }
        for stream in self._contract.observations:
            qos = stream.qos
            if stream.kind == "image":
                # Camera drivers offer reliable; who asks for best effort is served as well.
                qos = Qos(durability=qos.durability, depth=qos.depth)
            topics[stream.topic] = (stream.type, qos)
        return topics

    @property
    def subscriptions(self) -> tuple[Command, ...]:
        """Command topics that the world obeys: the contract's default interface."""
        return tuple(self._commands.values())

    @property
    def status(self) -> protocol.EpisodeStatus:
        """Where the current episode stands."""
        begun = self._state in ("running", "done")
        return protocol.EpisodeStatus(
            episode=self._episode,
            seed=self._seed,
            state="running" if self._state in ("starting", "running") else "done",
            success=begun and self._task.success,
            steps=self._task.steps if begun else 0,
            frames=self._frames,
            timeouts=self.timeouts,
            score=float(begun and self._task.success),
        )

    def reset(self, seed: int | None = None) -> protocol.EpisodeStatus:
        """Start the next episode; an unfinished one is given up.

        Args:
            seed: Scene to draw, at least 0; None for the one after the last.

        Returns:
            Its number and seed; its first frame comes with the next :meth:`poll`.
        """
        self._episode += 1
        self._seed = self._seed + 1 if seed is None else seed
        self._frames = 0
        self.timeouts = 0
        self._state = "starting"
        return self.status

    def receive(self, topic: str, cdr: bytes) -> str | None:
        """Take a command.

        Args:
            topic: One of the topics of :attr:`subscriptions`.
            cdr: The serialized message.

        Returns:
            A sentence saying why the command was refused, or None when it was taken.
        """
        if self._state != "running":
            return None
        role = self._commands[topic].name
        try:
            stamp_ns, value = _decode_command(role, cdr)
        except AfilError as error:
            return f"refused a command on {topic}: {error}"
        if role == "gripper":
            self._width = float(value[0])
        elif self._config.mode == "lock_step" and stamp_ns < self._stamp_ns:
            return None  # the answer to an earlier frame, too late
        else:
            self._target = value
        self._answered.add(role)
        return None

    def poll(self, wall_s: float) -> list[Outgoing]:
        """Go on if it is time to.

        Args:
            wall_s: A monotonic wall clock, s.

        Returns:
            Messages to publish, in this order; empty while there is nothing to do.
        """
        if self._state == "starting":
            return self._start(wall_s)
        if self._state != "running":
            if self._config.auto_reset:
                self.reset()
            return []
        waited = wall_s - self._frame_wall_s
        if self._config.mode == "real_time":
            period = self._contract.period_ns * 1e-9
            if waited < period:
                return []
            # Keep the rate; but who is far behind must not catch up in a burst.
            return self._step(self._frame_wall_s + period if waited < 2 * period else wall_s)
        if self._answered < {command.name for command in self._commands.values()}:
            if waited < self._config.command_timeout_s:
                return []
            self.timeouts += 1
        return self._step(wall_s)

    def _start(self, wall_s: float) -> list[Outgoing]:
        observation = self._task.reset(self._seed)
        self._state = "running"
        self._stamp_ns += protocol.EPISODE_GAP_NS
        # Until it is told otherwise the arm stays where it is.
        self._target = observation[self._stream_of_kind("pose").name]
        self._width = float(observation[self._stream_of_kind("gripper_width").name][0])
        return [self._status_message(), *self._frame(observation, wall_s)]

    def _step(self, wall_s: float) -> list[Outgoing]:
        observation = self._task.step(self._target, self._width)
        self._stamp_ns += self._contract.period_ns
        messages = self._frame(observation, wall_s)
        if self._task.done:
            self._state = "done"
            messages.append(self._status_message())
        return messages

    def _frame(self, observation: dict[str, npt.NDArray[Any]], wall_s: float) -> list[Outgoing]:
        """The messages of one frame: proprioception, object, clock, and last the images."""
        self._frames += 1
        self._frame_wall_s = wall_s
        self._answered.clear()
        stamp = self._stamp_ns
        target = encode_pose(self._task.target_object_pose, stamp, self._contract.base_frame)
        return [
            *(
                (s.topic, s.encode(observation[s.name], stamp))
                for s in self._contract.proprioception
            ),
            (protocol.TARGET_OBJECT_TOPIC, target),
            (CLOCK_TOPIC, encode_clock(stamp)),
            *((s.topic, s.encode(observation[s.name], stamp)) for s in self._contract.images),
        ]

    def _status_message(self) -> Outgoing:
        return protocol.EPISODE_TOPIC, self.status.encode()

    def _stream_of_kind(self, kind: str) -> Observation:
        return next(s for s in self._contract.observations if s.kind == kind)


def _decode_command(role: str, cdr: bytes) -> tuple[int, Vector]:
    """Stamp (ns; 0 for a gripper's) and value of a command.

    Raises:
        AfilError: When it is malformed or not finite.
    """
    if role == "gripper":
        value, stamp_ns = decode_float_array(cdr), 0
        if value.size != 1:
            raise AfilError(f"it has {value.size} numbers; it must be one width (m)")
    else:
        decoded = decode_pose(cdr)
        value, stamp_ns = decoded.value, decoded.stamp_ns or 0
    if not np.isfinite(value).all():
        raise AfilError("it has a number that is not finite")
    return stamp_ns, value
