"""A task's episodes on a robot's topics: frames, commands, time. It knows no robot, and no ROS.

Messages go in and out as CDR bytes with their topic names; ``afil_sim.nodes.world_node`` carries
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from pydantic import Field

from afil_core import world_protocol as protocol
from afil_core.codecs import encode_clock
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_core.topics import Qos
from afil_sim.running import demonstration
from afil_sim.tasks import Observations, Task

CLOCK_TYPE: Final = "rosgraph_msgs/msg/Clock"

Outgoing = tuple[str, bytes]


class EpisodesConfig(Schema):
    """How a world runs its episodes."""

    mode: Literal["lock_step", "real_time"] = Field(
        "lock_step",
        description="lock_step: one command per frame, on simulated time; real_time: wall rate",
    )
    first_seed: int = Field(
        0, ge=0, description="Seed of the first episode; the next ones count up from it"
    )
    command_timeout_s: float = Field(
        1.0, gt=0, description="Wall time that lock_step waits for a command, s"
    )
    reader_timeout_s: float = Field(
        5.0, ge=0, description="Wall time that an episode's first frame waits for readers, s"
    )
    auto_reset: bool = Field(False, description="Start each episode without being asked")


class Episodes:
    """Runs a task's episodes on the topics of a robot's contract.

    Args:
        task: The simulated task.
        contract: The robot's contract.
        config: How they run.
    """

    def __init__(self, task: Task, contract: Contract, config: EpisodesConfig) -> None:
        self._task = task
        self._contract = contract
        self._config = config
        self._commands = {command.topic: command for command in contract.interface()}
        self._stamp_ns = 0
        self._episode = -1
        self._seed = config.first_seed - 1
        self._frames = 0
        self._state = "idle"
        self._answered: set[str] = set()
        self._last_answered_ns = -1
        self._wall_s = 0.0
        self._reset_wall_s: float | None = None
        self.timeouts = 0
        self.missing = ""

    @property
    def publications(self) -> dict[str, tuple[str, Qos]]:
        """Topics that the world publishes: type and the quality of service it offers."""
        topics: dict[str, tuple[str, Qos]] = {
            protocol.EPISODE_TOPIC: (protocol.EPISODE_TYPE, protocol.EPISODE_QOS),
            demonstration.TOPIC: (demonstration.TYPE, demonstration.QOS),
            protocol.CLOCK_TOPIC: (CLOCK_TYPE, Qos()),
            **self._task.world.topics,
        }
        for stream in self._contract.observations:
            qos = stream.qos
            if stream.is_image:
                # Camera drivers offer reliable; who asks for best effort is served as well.
                qos = Qos(durability=qos.durability, depth=qos.depth)
            topics[stream.topic] = (stream.type, qos)
        return topics

    @property
    def inputs(self) -> Mapping[str, tuple[str, Qos]]:
        """Topics that the world hears beside its commands: type and quality of service."""
        return self._task.world.inputs

    @property
    def services(self) -> Mapping[str, tuple[str, Callable[[Any, Any], Any]]]:
        """Services that the world offers: type, and what fills a response in."""
        return self._task.world.services

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
            score=self._task.score if begun else 0.0,
            instruction=self._task.config.instruction,
            task=self._task.name,
            cue=self._task.config.cue,
            metrics=self._task.metrics() if begun else {},
        )

    def reset(self, seed: int | None = None) -> protocol.EpisodeStatus:
        """Start the next episode; an unfinished one is given up.

        Args:
            seed: Scene to draw, at least 0; None for the one after the last.

        Returns:
            Its number and seed; its first frame comes with a later :meth:`poll`.
        """
        self._episode += 1
        self._seed = self._seed + 1 if seed is None else seed
        self._frames = 0
        self.timeouts = 0
        self._state = "starting"
        self._reset_wall_s = None
        self.missing = ""
        return self.status

    @property
    def announcement(self) -> Outgoing:
        """The time just before a new episode's first frame.

        Whoever has no time yet would take that frame's messages for timeless.
        """
        before_ns = self._stamp_ns + protocol.EPISODE_GAP_NS - self._contract.period_ns
        return protocol.CLOCK_TOPIC, encode_clock(before_ns)

    def receive(self, topic: str, cdr: bytes) -> str | None:
        """Take a command.

        Args:
            topic: One of the topics of :attr:`subscriptions` or :attr:`inputs`.
            cdr: The serialized message.

        Returns:
            A sentence saying why the command was refused, or None when it was taken.
        """
        try:
            return self._take(topic, cdr)
        except AfilError as error:
            return f"refused a command: {error}"

    def _take(self, topic: str, cdr: bytes) -> str | None:
        world = self._task.world
        if topic in world.inputs:
            if world.hear(topic, cdr) and self._state == "running":
                self._answered.update(self._commands)
            return None
        command = self._commands[topic]
        if self._state != "running" or not world.heeds(command):
            return None
        decoded = world.body.decode(command, cdr)
        lock_step = self._config.mode == "lock_step"
        if lock_step and decoded.stamp_ns is not None and decoded.stamp_ns < self._stamp_ns:
            if decoded.stamp_ns != self._last_answered_ns:
                return None  # It was only late.
            # A robot that is brought to rest after its answer obeys, too.
            world.body.obey(command, decoded.value)
            return (
                f"unexpected command on {topic}: the frame of {decoded.stamp_ns * 1e-9:.2f} s has "
                f"its answer already; this one holds until the next; send one for each frame"
            )
        world.body.obey(command, decoded.value)
        self._answered.add(topic)
        return None

    def poll(self, wall_s: float, missing: Callable[[], str] = lambda: "") -> list[Outgoing]:
        """Go on if it is time to.

        Args:
            wall_s: A monotonic wall clock, s.
            missing: Says which reader of the topics is not there yet; empty when all are.

        Returns:
            Messages to publish, in this order; empty while there is nothing to do.
        """
        if self._state == "starting":
            return self._start(wall_s) if self._readers_are_there(wall_s, missing) else []
        if self._state != "running":
            if not self._config.auto_reset:
                return []
            self.reset()
            return [self.announcement]
        waited = wall_s - self._wall_s
        if self._config.mode == "real_time":
            period = self._contract.period_ns * 1e-9
            if waited < period:
                return []
            # Keep the rate; but who is far behind must not catch up in a burst.
            return self._step(self._wall_s + period if waited < 2 * period else wall_s)
        if self._answered < set(self._commands):
            if waited < self._config.command_timeout_s:
                return []
            self.timeouts += 1
        return self._step(wall_s)

    def sent(self, wall_s: float) -> None:
        """Take when a frame was sent, which is long after the poll where it was long in making.

        Args:
            wall_s: A monotonic wall clock, s.
        """
        if self._config.mode == "lock_step":
            self._wall_s = wall_s

    def _readers_are_there(self, wall_s: float, missing: Callable[[], str]) -> bool:
        """Whether the first frame may come: nobody who is to see it is still on the way."""
        if self._reset_wall_s is None:
            self._reset_wall_s = wall_s
        self.missing = missing()
        return not self.missing or wall_s - self._reset_wall_s >= self._config.reader_timeout_s

    def _start(self, wall_s: float) -> list[Outgoing]:
        observations = self._task.reset(self._seed)
        self._state = "running"
        self._stamp_ns += protocol.EPISODE_GAP_NS
        return [self._status_message(), *self._frame(observations, wall_s)]

    def _step(self, wall_s: float) -> list[Outgoing]:
        if self._answered:
            self._last_answered_ns = self._stamp_ns
        observations = self._task.step()
        self._stamp_ns += self._contract.period_ns
        messages = self._frame(observations, wall_s)
        if self._task.done:
            self._state = "done"
            messages.append(self._status_message())
        return messages

    def _frame(self, observations: Observations, wall_s: float) -> list[Outgoing]:
        """The messages of one frame.

        A tick of the world, clock, proprioception, the world's own, last the images.
        """
        self._frames += 1
        self._wall_s = wall_s
        self._answered.clear()
        stamp = self._stamp_ns

        def encoded(image: bool) -> list[Outgoing]:
            streams = self._contract.images if image else self._contract.proprioception
            return [(s.topic, s.encode(observations[s.name], stamp)) for s in streams]

        return [
            *self._task.world.tick(),
            (protocol.CLOCK_TOPIC, encode_clock(stamp)),
            *encoded(image=False),
            *self._task.world.messages(stamp),
            *self._demonstration(),
            *encoded(image=True),
        ]

    def _demonstration(self) -> list[Outgoing]:
        if self._task.done or not self._task.has_expert:
            return []
        commands = self._task.world.body.commands(self._task.demonstration())
        shown = demonstration.Demonstration(self._stamp_ns, commands)
        return [(demonstration.TOPIC, shown.encode())]

    def _status_message(self) -> Outgoing:
        return protocol.EPISODE_TOPIC, self.status.encode()
