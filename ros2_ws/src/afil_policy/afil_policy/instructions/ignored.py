"""A policy that is not told what to do: it has one task."""

from __future__ import annotations

from torch import Tensor

from afil_policy.data.batch import Observation
from afil_policy.instructions.base import InstructionEncoder


class Ignored(InstructionEncoder):
    """An empty vector.

    Args:
        config: Nothing to choose.
        tasks: The instructions of the demonstrations.
    """

    def __init__(self, config: InstructionEncoder.Config, tasks: tuple[str, ...]) -> None:
        super().__init__()
        del config, tasks
        self.size = 0

    def forward(self, observation: Observation) -> Tensor:
        """Encode to float32 [B, 0]."""
        batch = len(observation.proprioception)
        return observation.proprioception.new_zeros(batch, 0)
