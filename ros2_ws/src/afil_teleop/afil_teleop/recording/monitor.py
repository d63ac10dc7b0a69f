"""All that is wrong with a recording now: topics, clock, disk, what was lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from afil_core.contract import Contract
from afil_core.episodes.ledger import Ledger
from afil_teleop.recording.disk import DiskWatch
from afil_teleop.recording.findings import Alarms, Finding
from afil_teleop.recording.health import (
    ALARM_GRACE_S,
    PREFLIGHT_GRACE_S,
    Health,
    Surroundings,
)

LOOK_S = 0.1
_DISK = "disk"


class Monitor:
    """Watches over a session, and keeps what was wrong in an episode.

    Args:
        contract: The robot's contract.
        around: What the messages come from.
        disk: Follows the room that is left.
        ledger: Answers what was written of the open or last episode.
        log: Takes a level of ``logging`` and a line for people.

    Attributes:
        health: Follows the topics.
        alarms: What was wrong in the open or last episode.
        refused: What the disk said when it refused the open episode's messages; empty else.
    """

    def __init__(
        self,
        contract: Contract,
        around: Surroundings,
        disk: DiskWatch,
        ledger: Callable[[], Ledger],
        log: Callable[[int, str], None],
    ) -> None:
        self.health = Health(contract, around)
        self.alarms = Alarms()
        self.refused = ""
        self._disk = disk
        self._ledger = ledger
        self._log = log
        self._now_ns = self._wall_ns = 0

    def begin_episode(self) -> None:
        """What was wrong before is no fault of the episode that begins."""
        self.alarms.clear()
        self.health.begin_episode()
        self.refused = ""

    def refuse(self, reason: str) -> None:
        """Take that the disk refuses messages; it is said once."""
        if not self.refused:
            self._log(logging.ERROR, reason)
        self.refused = reason

    def look(self, now_ns: int, wall_ns: int, *, recording: bool) -> bool:
        """Say at once what goes wrong in an episode: the robot still stands there.

        Args:
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            recording: Whether an episode is being recorded.

        Returns:
            Whether something changed.
        """
        self._now_ns, self._wall_ns = now_ns, wall_ns
        self.health.look(now_ns, wall_ns, every_ns=round(LOOK_S * 1e9))
        self._disk.look(wall_ns, self.health.size)
        if not recording:
            return False
        begun, ended = self.alarms.update(self.findings(in_episode=True))
        for finding in begun:
            self._log(logging.ERROR, finding.text)
        for finding in ended:
            self._log(logging.INFO, f"no longer: {finding.text}")
        return bool(begun or ended)

    def findings(self, *, in_episode: bool) -> list[Finding]:
        """What is wrong as of the last look."""
        grace_s = ALARM_GRACE_S if in_episode else PREFLIGHT_GRACE_S
        found = self.health.findings(self._now_ns, self._wall_ns, grace_s)
        found += self._disk.findings(before_start=not in_episode)
        return found + self._losses() if in_episode else found

    def _losses(self) -> list[Finding]:
        found = []
        for topic, count in self._ledger().dropped.items():
            text = (
                f"{count} messages of {topic} came faster than the disk took them and are lost; "
                f"record to a faster disk, or fewer bytes (compression:=zstd, images:=jpeg)"
            )
            found.append(Finding(topic, "dropped", text))
        for topic, watch in self.health.watches.items():
            if watch.lost > watch.lost_before:
                text = (
                    f"the middleware lost {watch.lost - watch.lost_before} messages of {topic}; "
                    f"give the machine less to do, or raise the network's buffers (sysctl "
                    f"net.core.rmem_max)"
                )
                found.append(Finding(topic, "lost", text))
        if self.refused:
            found.append(Finding(_DISK, "dropped", self.refused))
        return found
