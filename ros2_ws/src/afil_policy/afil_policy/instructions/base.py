"""What an instruction encoder is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.data.batch import Observation


class InstructionEncoder(nn.Module, ABC):
    """The task of each sample to a vector. Built as ``kind(config, tasks)``.

    Attributes:
        size: Length of the vector.
    """

    class Config(Schema):
        """Options of the instruction encoder."""

    size: int

    @abstractmethod
    def forward(self, observation: Observation) -> Tensor:
        """Encode to float32 [B, size]."""


def task_of(observation: Observation) -> Tensor:
    """Position of each sample's instruction among those of the demonstrations, int64 [B].

    Raises:
        AfilError: When nobody said what is to be done.
    """
    if observation.task is None:
        raise AfilError(
            "this policy needs an instruction, and nobody gave one; say what is to be done in the "
            "words of the demonstrations"
        )
    return observation.task
