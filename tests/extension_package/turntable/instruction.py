"""Instruction encoder ``letters``: how often each letter is in the instruction."""

from __future__ import annotations

from string import ascii_lowercase

import torch
from torch import Tensor

from afil_core.schema import Schema
from afil_policy.data.batch import Observation
from afil_policy.instructions.base import InstructionEncoder


class Letters(InstructionEncoder):
    """Counts letters, so that it knows words that no demonstration had.

    Args:
        config: No options.
        tasks: The instructions of the demonstrations.
    """

    def __init__(self, config: Schema, tasks: tuple[str, ...]) -> None:
        super().__init__()
        del config, tasks
        self.size = len(ascii_lowercase)

    def forward(self, observation: Observation) -> Tensor:
        """Encode to float32 [B, 26]."""
        rows = [[words.count(c) for c in ascii_lowercase] for words in observation.instructions]
        return torch.tensor(rows, dtype=torch.float32, device=observation.proprioception.device)
