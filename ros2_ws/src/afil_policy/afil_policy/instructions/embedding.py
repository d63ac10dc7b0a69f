"""A learned vector for each task of the demonstrations."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.data.batch import Observation
from afil_policy.instructions.base import InstructionEncoder, task_of


class TaskEmbedding(InstructionEncoder):
    """A row of a table; instructions that no demonstration had are refused.

    Args:
        config: Length of a vector.
        tasks: The instructions of the demonstrations.

    Raises:
        AfilError: When the demonstrations have no instruction.
    """

    class Config(Schema):
        """Options.

        Attributes:
            width: Length of a vector.
        """

        width: int = Field(32, ge=1)

    def __init__(self, config: Config, tasks: tuple[str, ...]) -> None:
        super().__init__()
        if not tasks:
            raise AfilError("instruction embedding needs demonstrations with an instruction")
        self.size = config.width
        self._tasks = tasks
        self.table = nn.Embedding(len(tasks), config.width)

    def forward(self, observation: Observation) -> Tensor:
        """Encode to float32 [B, width].

        Raises:
            AfilError: When an instruction is missing, or none of the demonstrations'.
        """
        task = task_of(observation)
        # Only what was never seen is slow to be told, and only a policy that acts is told it.
        if not self.training and bool((task < 0).any()):
            raise AfilError(
                f"the policy does not know one of the instructions {observation.instructions}; it "
                f"was trained on: {'; '.join(self._tasks)}"
            )
        return self.table(task)  # type: ignore[no-any-return]
