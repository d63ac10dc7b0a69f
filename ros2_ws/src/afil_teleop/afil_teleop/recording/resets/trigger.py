"""Reset ``trigger``: services of the robot's own, such as one that moves it home."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from afil_core.contract import Contract
from afil_core.topics import TopicName
from afil_teleop.recording.resets.base import ResetConfig, ResetHook, Wire


class TriggerReset(ResetHook):
    """Calls ``std_srvs/srv/Trigger`` services, one after the other."""

    class Config(ResetConfig):
        """Options.

        Attributes:
            services: Names of the services, in their order.
        """

        services: tuple[TopicName, ...] = Field(("homing",), min_length=1)

    def __init__(self, config: ResetConfig, contract: Contract, wire: Wire) -> None:
        super().__init__(config, contract, wire)
        assert isinstance(config, self.Config)
        self._services = config.services

    def services(self) -> Sequence[str]:
        """Those of the options."""
        return self._services

    def publish(self, wire: Wire) -> None:
        """Nothing."""
