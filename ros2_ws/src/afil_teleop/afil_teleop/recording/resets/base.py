"""What a reset is: services to call and messages to publish, and when it is done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from pydantic import Field

from afil_core.contract import Contract
from afil_core.schema import Schema

# A service that a node offers is seen by then.
_OFFERED_S = 5.0


class Wire(Protocol):
    """Carries what a reset asks for; the ROS edge."""

    def prepare(self, topics: Mapping[str, str], services: tuple[str, ...]) -> None:
        """Make what will be used, so that the other side is met by then.

        Args:
            topics: Type by topic.
            services: Names of services.
        """

    def trigger(self, service: str, done: Callable[[bool, str], None]) -> bool:
        """Call a ``std_srvs/srv/Trigger`` without waiting.

        Args:
            service: Its name.
            done: Called with the answer's ``success`` and ``message``.

        Returns:
            Whether somebody offers it.
        """

    def publish(self, topic: str, cdr: bytes) -> None:
        """Publish a message on one of the reset's topics."""


class ResetConfig(Schema):
    """Options that every reset has.

    Attributes:
        after_episode: Whether it runs after each episode, or only when a person asks.
        settle_s: How long robot and scene come to rest afterwards, s.
        timeout_s: How long it may last before it has failed, s.
    """

    after_episode: bool = True
    settle_s: float = Field(0.5, ge=0)
    timeout_s: float = Field(60.0, gt=0)


class ResetHook(ABC):
    """Brings robot and scene back; one way to do so is a subclass.

    Args:
        config: Its options.
        contract: The robot's contract.
        wire: Carries what it asks for.
    """

    class Config(ResetConfig):
        """Options."""

    def __init__(self, config: ResetConfig, contract: Contract, wire: Wire) -> None:
        self.contract = contract
        self.after_episode = config.after_episode
        self._config = config
        self._wire = wire
        self._begun_s = 0.0
        self._run = 0
        self._done_s: float | None = None
        self._left: list[str] = []
        self._waits = False
        self._failure = ""

    def topics(self) -> Mapping[str, str]:
        """Type by topic of what is published."""
        return {}

    def services(self) -> Sequence[str]:
        """``std_srvs/srv/Trigger`` services to call, one after the other."""
        return ()

    @abstractmethod
    def publish(self, wire: Wire) -> None:
        """Publish what there is to publish; called once, before the services."""

    def begin(self, now_s: float) -> None:
        """Begin, without waiting.

        Args:
            now_s: Monotonic wall time, s.
        """
        self._run += 1
        self._begun_s, self._done_s, self._failure = now_s, None, ""
        self._left, self._waits = list(self.services()), False
        self.publish(self._wire)

    def poll(self, now_s: float) -> str | None:
        """None while it lasts; empty when it is done; else why it failed."""
        if self._failure:
            return self._failure
        if self._left:
            return self._called(now_s)
        if self._done_s is None:
            self._done_s = now_s
        return "" if now_s - self._done_s >= self._config.settle_s else None

    def _called(self, now_s: float) -> str | None:
        service = self._left[0]
        if not self._waits:
            self._waits = self._wire.trigger(service, partial(self._answered, self._run, service))
        passed_s = now_s - self._begun_s
        if not self._waits and passed_s > min(_OFFERED_S, self._config.timeout_s):
            return f"nobody offers the service {service}; start its node"
        if passed_s > self._config.timeout_s:
            return f"service {service} did not answer within {self._config.timeout_s:g} s"
        return None

    def _answered(self, run: int, service: str, success: bool, message: str) -> None:
        if run != self._run:
            return  # That of a reset that was given up.
        self._waits = False
        self._left = self._left[1:]
        if not success:
            self._failure = f"service {service} refused: {message or 'no reason given'}"
