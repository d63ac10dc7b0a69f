"""The scripted expert as a demonstrator: sends, frame by frame, what the world's expert would."""

from __future__ import annotations

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_sim.running.demonstration import Demonstration

Outgoing = tuple[str, bytes]


class ExpertPilot:
    """Answers each frame of a world once, on all topics of the default command interface.

    Args:
        contract: The robot's contract.
    """

    def __init__(self, contract: Contract) -> None:
        self._robot = contract.robot
        self._commands = sorted(contract.interface(), key=lambda command: command.has_header)
        self._answered_ns: int | None = None

    def receive(self, cdr: bytes) -> list[Outgoing]:
        """Take a demonstration; one of a frame that has its answer is passed over.

        Args:
            cdr: The serialized message.

        Returns:
            The answer to its frame, to be published in this order: commands without a stamp
            first, for a recorder joins them to the stamped one that follows.

        Raises:
            AfilError: When the message is none, or lacks a command.
        """
        shown = Demonstration.decode(cdr)
        # One publisher's frames come in order: an older stamp is a world whose time began anew.
        if shown.stamp_ns == self._answered_ns:
            return []
        missing = [c.name for c in self._commands if c.name not in shown.commands]
        if missing:
            raise AfilError(
                f"a world's expert does not say what to command as {', '.join(missing)}; that "
                f"world has another contract than '{self._robot}': stop it, or set another "
                f"ROS_DOMAIN_ID"
            )
        self._answered_ns = shown.stamp_ns
        return [
            (c.topic, c.encode(shown.commands[c.name], shown.stamp_ns)) for c in self._commands
        ]
