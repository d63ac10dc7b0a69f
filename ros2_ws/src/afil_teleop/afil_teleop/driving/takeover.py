"""Who commands the robot while a policy drives and a person may take over.

Where a robot's driver has channels for both (``takeover:`` in its contract, as CARLA's bridge),
the person's commands go to theirs and the override says which one counts. Elsewhere the policy's
commands come in on topics of their own and are passed on here: the robot hears one node alone,
and nobody can fight over it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afil_core.commander import (
    Commander,
    encode_commander,
    encode_override,
    policy_topic,
    require_topics,
)
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.topics import Qos, resolve
from afil_teleop.driving.base import Sent

# m or rad: a measured place that is commanded comes back as it was.
_SAME = 1e-6


class Published(NamedTuple):
    """A message and where it goes.

    Attributes:
        topic: Absolute name.
        cdr: The message.
    """

    topic: str
    cdr: bytes


class Takeover:
    """Passes on a policy's commands until a person takes over.

    Args:
        contract: The robot's contract.
        name: The person's device.
        interface: Command interface of the policy; empty for the default one.

    Raises:
        AfilError: When it has commands that cannot be held back.

    Attributes:
        commander: Who commands now.
        inputs: The policy's commands by the topic on which they come in; none where the driver
            has a channel of its own for the policy.
    """

    def __init__(self, contract: Contract, name: str, interface: str = "") -> None:
        self._contract = contract
        self._name = name
        self.commander = Commander.POLICY
        self._last: dict[str, bytes] = {}
        self._commands = {c.name: c for c in contract.interface(interface)}
        self._hands_over = contract.takeover is None
        self._person = person_topics(contract)
        self.inputs: dict[str, Command] = {}
        if self._hands_over:
            require_topics(self._commands.values())
            self.inputs = {
                policy_topic(c.topic, contract.namespace): c for c in self._commands.values()
            }

    @property
    def is_human(self) -> bool:
        """Whether the person commands."""
        return self.commander is Commander.HUMAN

    @property
    def moves_robot(self) -> bool:
        """Whether what is published here may move the robot: a person's commands or a policy's."""
        return self.is_human or (self._hands_over and self.commander is Commander.POLICY)

    @property
    def needs_fresh_policy(self) -> bool:
        """Whether the policy must begin anew from what is measured before it commands again.

        Its targets stayed where they were when the person took over.
        """
        return self._hands_over

    @property
    def announced(self) -> dict[str, tuple[str, Qos]]:
        """Type and QoS of the topics on which it says who commands."""
        return self._contract.commander_topics()

    def place(self, command: Command) -> str:
        """Where a person's command goes."""
        return self._person.get(command.name, command.topic)

    def announcement(self) -> list[Published]:
        """Who commands, for all who want to know; latched, so once for each change."""
        return [
            Published(topic, cdr)
            for (topic, _), cdr in zip(
                self._contract.commander_topics().items(),
                (encode_commander(self.commander, self._name), encode_override(self.commander)),
                strict=False,
            )
        ]

    def take(self) -> list[tuple[Command, NDArray[np.float64]]]:
        """The person commands from now on.

        Returns:
            What the policy commanded last, for what lasts (a gripper).
        """
        self.commander = Commander.HUMAN
        found = []
        for topic, cdr in self._last.items():
            command = self.inputs[topic]
            try:
                found.append((command, command.decode(cdr).value))
            except AfilError:
                continue  # It was passed on, and whoever read it said so.
        return found

    def new_scene(self) -> list[Published]:
        """The robot stands elsewhere: nobody commands until the policy begins anew.

        Returns:
            Word of it; nothing where its commands do not come through here, or a person's do.
        """
        if self.is_human or not self._hands_over:
            return []
        self.commander = Commander.NOBODY
        self._last.clear()
        return self.announcement()

    def hand_back(self) -> None:
        """The policy commands from now on."""
        self.commander = Commander.POLICY
        self._last.clear()

    def forward(
        self, topic: str, cdr: bytes, measured: Iterable[NDArray[Any]] = ()
    ) -> list[Published]:
        """A message of the policy, if it may go on to the robot.

        A target that is set back to where the robot is measured is no action of the policy: it
        stopped, and the robot rests. Word of it goes before.

        Args:
            topic: One of :attr:`inputs`.
            cdr: The message.
            measured: Where the robot was in the last moments, the newest first; looked at when
                the target is another.
        """
        if self.is_human:
            return []
        before, self._last[topic] = self._last.get(topic), cdr
        passed = [Published(self.inputs[topic].topic, cdr)]
        commander = self._after(self.inputs[topic], before, cdr, measured)
        if commander is self.commander:
            return passed
        self.commander = commander
        return [*self.announcement(), *passed]

    def _after(
        self, command: Command, before: bytes | None, cdr: bytes, measured: Iterable[NDArray[Any]]
    ) -> Commander:
        """Who commands once a message of the policy is passed on."""
        if before is None:
            return Commander.POLICY
        try:
            last, value = command.decode(before).value, command.decode(cdr).value
        except AfilError:
            return self.commander  # Whoever reads it says so.
        if _are_one(last, value):
            return self.commander
        rests = any(_are_one(place, value) for place in measured)
        return Commander.NOBODY if rests else Commander.POLICY

    def person(self, sent: list[Sent]) -> list[Published]:
        """A person's commands, if they may go on to the robot."""
        if not self.is_human:
            return []
        return [Published(self.place(one.command), one.cdr) for one in sent]


def person_topics(contract: Contract) -> dict[str, str]:
    """Where a person's commands go by their names, where the driver has channels for them."""
    driver = contract.takeover
    topics = driver.topics if driver is not None else {}
    return {name: resolve(topic, contract.namespace) for name, topic in topics.items()}


def _are_one(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two values are the same but for how a message keeps them."""
    return one.shape == other.shape and bool((abs(one - other) < _SAME).all())
