"""World ``turntable``: the disc, its motor and its camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from afil_core.contract import Contract
from afil_core.kinds import Observation
from afil_core.schema import Schema
from afil_sim.bodies import Body, Vector
from afil_sim.worlds import World
from turntable.kind import wrapped


class Disc(Body):
    """The disc as its contract describes it: a turn rate in, a heading and a picture out."""

    def __init__(self, contract: Contract, friction: float) -> None:
        super().__init__(
            contract,
            sensors={"heading": lambda _: np.array([self.heading]), "image": self._picture},
            actuators={"turn_rate": self._turn},
        )
        self._action = contract.require_action()
        self._friction = friction
        self.heading = 0.0
        self.rate = 0.0

    def hold(self) -> None:
        """Stop."""
        self.rate = 0.0

    def commands(self, action: Vector) -> dict[str, Vector]:
        """The rate that the action is, within its limits."""
        return {"turn_rate": self._action.clip(np.asarray(action, dtype=np.float64))}

    def turn(self, seconds: float) -> None:
        """Turn for a while."""
        angle = self.rate * (1 - self._friction) * seconds
        self.heading = float(wrapped(np.array(self.heading + angle)))

    def _turn(self, rate: Vector) -> None:
        self.rate = float(rate[0])

    def _picture(self, stream: Observation) -> NDArray[np.uint8]:
        height, width, _ = stream.shape
        image = np.zeros(stream.shape, np.uint8)
        reach = 0.4 * height
        x = width / 2 + reach * np.sin(self.heading)
        y = height / 2 - reach * np.cos(self.heading)
        cv2.circle(image, (round(x), round(y)), 3, (255, 255, 255), -1)
        return image


class Turntable(World):
    """The disc and nothing else."""

    class Config(Schema):
        """Settings.

        Attributes:
            friction: Share of each commanded turn that is lost.
        """

        friction: float = Field(0.0, ge=0, lt=1)

    def __init__(self, config: Config, contract: Contract) -> None:
        super().__init__(config, contract)
        self._disc = Disc(contract, config.friction)

    @property
    def body(self) -> Disc:
        """The disc."""
        return self._disc

    def advance(self) -> None:
        """Turn for one control period."""
        self._disc.turn(self.contract.period_ns * 1e-9)
