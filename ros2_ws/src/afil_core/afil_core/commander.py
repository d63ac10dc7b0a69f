"""Who commands a robot: a policy, or a person who took over; and who did at each moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Final

from afil_core import messages
from afil_core.commands.base import Command
from afil_core.commands.gripper_action import GripperAction
from afil_core.errors import AfilError
from afil_core.topics import Qos

# The name is relative: a second robot has its own.
COMMANDER_TOPIC: Final = "commander"
COMMANDER_TYPE: Final = "afil_interfaces/msg/Commander"
OVERRIDE_TYPE: Final = "std_msgs/msg/Bool"
# CARLA's bridge asks for the override as latched, and nothing else would match.
LATCHED: Final = Qos(durability="transient_local", depth=1)
# Messages of two topics may be logged in another order than they were sent, by so much.
_ORDER_NS: Final = 10_000_000

# Where a policy's commands come in while a person may take over.
_POLICY: Final = "policy"


def policy_topic(topic: str, namespace: str) -> str:
    """Where a policy publishes a command while a person may take over.

    Teleoperation passes it on to the robot, or not: the robot hears one node alone.

    Args:
        topic: The command's absolute topic.
        namespace: The robot's namespace.
    """
    space = f"/{namespace.strip('/')}" if namespace.strip("/") else ""
    inner = topic.removeprefix(space) if topic.startswith(f"{space}/") else topic
    return f"{space}/{_POLICY}{inner}"


def require_topics(commands: Iterable[Command]) -> None:
    """Refuse commands that cannot be held back from the robot while a person commands.

    Raises:
        AfilError: When one of them is an action.
    """
    for command in commands:
        if isinstance(command, GripperAction):
            raise AfilError(
                f"commands.{command.name} is an action, which cannot be passed on or held back "
                f"when a person takes over; choose a command_interface of topics"
            )


class Commander(str, Enum):
    """Who commands; nobody does while a policy that stopped by itself lets the robot rest."""

    POLICY = "policy"
    HUMAN = "human"
    NOBODY = "nobody"


_NUMBERS: Final = {Commander.POLICY: 0, Commander.HUMAN: 1, Commander.NOBODY: 2}


def encode_commander(commander: Commander, name: str = "") -> bytes:
    """CDR bytes of a ``Commander`` message.

    Args:
        commander: Who commands from now on.
        name: Device or node.
    """
    return messages.serialize(
        messages.new(COMMANDER_TYPE, commander=_NUMBERS[commander], name=name)
    )


def decode_commander(cdr: bytes) -> Commander:
    """Read what :func:`encode_commander` wrote.

    Raises:
        AfilError: When the bytes are something else.
    """
    number = messages.deserialize(cdr, COMMANDER_TYPE).commander
    for commander, known in _NUMBERS.items():
        if known == number:
            return commander
    raise AfilError(
        f"topic {COMMANDER_TOPIC}: commander {number} is none of {COMMANDER_TYPE}; its publisher "
        f"uses another version of afil_interfaces"
    )


def encode_override(commander: Commander) -> bytes:
    """CDR bytes of an override: true while a person commands."""
    human = commander is Commander.HUMAN
    return messages.serialize(messages.new(OVERRIDE_TYPE, data=human))


def decode_override(cdr: bytes) -> Commander:
    """Who commands while an override has a value.

    Raises:
        AfilError: When the bytes are something else.
    """
    human: Any = messages.deserialize(cdr, OVERRIDE_TYPE).data
    return Commander.HUMAN if human else Commander.POLICY


#: How a message of each type says who commands.
DECODERS: Final[Mapping[str, Callable[[bytes], Commander]]] = {
    COMMANDER_TYPE: decode_commander,
    OVERRIDE_TYPE: decode_override,
}


class CommanderLog:
    """Who commanded when, from the messages of a recording."""

    def __init__(self) -> None:
        self._times_ns: list[int] = []
        self._commanders: list[Commander | None] = []

    def sink(self, decode: Callable[[bytes], Commander]) -> Callable[[bytes, int], bool]:
        """A function that takes a message and its log time, and answers True.

        A message that can't be read says that nobody knows.
        """

        def take(cdr: bytes, received_ns: int) -> bool:
            # Another clock begins where time goes back.
            self.clear_from(received_ns)
            self._times_ns.append(received_ns)
            try:
                self._commanders.append(decode(cdr))
            except AfilError:
                self._commanders.append(None)
            return True

        return take

    def clear_from(self, time_ns: int) -> None:
        """Forget what is later."""
        while self._times_ns and self._times_ns[-1] > time_ns:
            self._times_ns.pop()
            self._commanders.pop()

    def before(self, time_ns: int) -> Commander | None:
        """Who commanded just before a time; None where nothing tells."""
        index = bisect_left(self._times_ns, time_ns)
        return self._commanders[index - 1] if index else None

    def changed(self, start_ns: int, end_ns: int) -> bool:
        """Whether another one took over between a time and a later one, which is not included."""
        first, last = (bisect_left(self._times_ns, t) for t in (start_ns, end_ns))
        known = {c for c in self._commanders[max(first - 1, 0) : last] if c is not None}
        return len(known) > 1

    def straddled(self, spans_ns: Iterable[tuple[int, int]]) -> bool:
        """Whether a step was read from commands of both.

        Args:
            spans_ns: Log times of the first and last command of each topic that it was read from.
        """
        spans = list(spans_ns)
        newest = max((last for _, last in spans), default=0)
        # A single old command, as of a gripper that was closed long ago, has one commander.
        return any(
            self.changed(first - _ORDER_NS, last + _ORDER_NS)
            for first, last in spans
            if first < last or last == newest
        )
