"""Any Gymnasium environment as a world; which one, the contract's part ``world`` says."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from afil_core import schema
from afil_core.contract import Contract
from afil_core.schema import Schema
from afil_sim.bodies.numbers import NumbersBody
from afil_sim.environments import make_environment
from afil_sim.worlds.base import World


class GymSetting(Schema):
    """What the part ``world`` of a contract says of an environment.

    Attributes:
        env: Its Gymnasium id.
        options: Options of its set-up, see :mod:`afil_sim.environments`.
    """

    env: str = Field(min_length=1)
    options: dict[str, Any] = {}


class GymWorld(World):
    """A Gymnasium environment.

    Args:
        config: No settings: the contract has them, so that they travel with it.
        contract: A contract that was made for the environment.

    Raises:
        AfilError: When there is no such environment, or the contract is not one of it.
    """

    def __init__(self, config: Schema, contract: Contract) -> None:
        super().__init__(config, contract)
        source = f"the part 'world' of contract '{contract.robot}'"
        setting = schema.read(GymSetting, contract.document.world, source)
        self.environment = make_environment(setting.env, setting.options)
        self.environment.reset(0)
        self._body = NumbersBody(contract, self.environment)

    @property
    def body(self) -> NumbersBody:
        """What the environment's action moves."""
        return self._body

    def advance(self) -> None:
        """One control step under the action that the body has."""
        self.environment.step(self._body.action)

    def close(self) -> None:
        """Free the environment."""
        self.environment.close()
