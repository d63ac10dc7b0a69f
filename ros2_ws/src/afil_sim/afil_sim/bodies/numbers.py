"""A body that is made of named numbers: what a Gymnasium environment takes and gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.actions.vector import VectorAction
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.kinds.vector import NamedVector
from afil_sim.bodies.base import Body, Vector
from afil_sim.environments.base import Environment
from afil_sim.environments.names import COMMAND, camera_of


class NumbersBody(Body):
    """Whatever an environment's action moves.

    Args:
        contract: A contract with an action of kind ``vector``.
        environment: The environment.

    Raises:
        AfilError: When the contract is not one of this environment.

    Attributes:
        action: What it is told to do, float64 [D].
    """

    def __init__(self, contract: Contract, environment: Environment) -> None:
        super().__init__(
            contract,
            sensors={
                "image": self._picture,
                "compressed_image": self._picture,
                "vector": self._measured,
            },
            actuators={"vector": self._take},
        )
        self._environment = environment
        action = contract.require_action()
        if not isinstance(action, VectorAction):
            raise AfilError(
                f"action.kind is {action.kind}; an environment's is vector: make the contract "
                f"with `ros2 run afil_sim gym_contract`"
            )
        self._action = action
        self.action: Vector = action.rest
        self._require_numbers()

    def _require_numbers(self) -> None:
        env, contract = self._environment, self.contract
        for camera in contract.images:
            env.require_camera(camera_of(camera.name))
        wanted = {s.name: s.names for s in contract.observations if isinstance(s, NamedVector)}
        wanted["action"] = self._action.vector_command.names
        known = {**env.streams, COMMAND: env.acted.names}
        for name, names in wanted.items():
            strange = [n for n in names if n not in known.get(name, ())]
            if strange or (name == "action" and names != known[name]):
                raise AfilError(
                    f"contract '{contract.robot}' has the numbers {', '.join(names)} of {name}, "
                    f"but environment {env.id} has {', '.join(known.get(name, ())) or 'none'}; "
                    f"make its contract with `ros2 run afil_sim gym_contract`"
                )

    def hold(self) -> None:
        """Do what the contract calls rest."""
        self.action = self._action.rest

    def commands(self, action: Vector) -> dict[str, Vector]:
        """The action, within the contract's limits."""
        clipped = self._action.clip(np.asarray(action, dtype=np.float64))
        return {command.name: clipped for command in self.contract.interface()}

    def _take(self, action: Vector) -> None:
        self.action = self._action.clip(action)

    def _measured(self, stream: Observation) -> NDArray[Any]:
        assert isinstance(stream, NamedVector)
        places = self._environment.streams[stream.name]
        numbers = self._environment.numbers()[stream.name]
        return numbers[[places.index(name) for name in stream.names]]

    def _picture(self, stream: Observation) -> NDArray[Any]:
        height, width = stream.shape[:2]
        return self._environment.image(camera_of(stream.name), (height, width))
