"""Guard ``watchdog``: nothing is commanded that no other process watches."""

from __future__ import annotations

from pydantic import Field

from afil_core.contract import Contract
from afil_core.supervision import heartbeat
from afil_core.supervision.heartbeat import Heartbeat
from afil_core.topics import resolve
from afil_policy.deploy.guards.base import Guard, GuardTopic


class LiveWatchdog(Guard):
    """Wants to hear the watchdog's heartbeat; where the watchdog had to act, a reset is needed."""

    class Config(Guard.Config):
        """Options.

        Attributes:
            timeout_s: Longest wall time between two of its heartbeats.
        """

        timeout_s: float = Field(0.2, gt=0)

    config: Config

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._heard_s: float | None = None
        self._stops: int | None = None
        self._has_acted = False

    @property
    def topics(self) -> tuple[GuardTopic, ...]:
        """The watchdog's heartbeat."""
        name = resolve(heartbeat.WATCHDOG_TOPIC, self.contract.namespace)
        return (GuardTopic(name, heartbeat.TYPE, heartbeat.QOS),)

    def receive(self, topic: str, cdr: bytes, now_s: float) -> None:
        """Note that it lives, and how often it acted."""
        del topic
        heard = Heartbeat.decode(cdr)
        if heard is None:
            return
        # One that is started again counts from 0, and what the last one did stays so.
        if self._stops is not None and heard.stops > self._stops:
            self._has_acted = True
        self._stops, self._heard_s = heard.stops, now_s

    def verdict(self, now_s: float) -> str | None:
        """Whether it was heard lately, and did not act."""
        heard_s = self._heard_s
        if heard_s is None:
            return "no watchdog runs: start watchdog_node, or the whole by deploy.launch.py"
        if now_s - heard_s > self.config.timeout_s:
            return f"the watchdog was not heard for {now_s - heard_s:.2f} s; start it again"
        if self._has_acted:
            return (
                "the watchdog brought the robot to rest, because this process was not heard; "
                "look after the robot, then call ~/reset"
            )
        return None

    def reset(self) -> None:
        """What it did is excused."""
        self._has_acted = False
