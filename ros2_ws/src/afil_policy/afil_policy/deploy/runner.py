"""Running a trained policy on aligned observations."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.deploy.preflight import require_same_contract
from afil_policy.training.checkpoint import load_checkpoint

_WARM_UP_RUNS = 5


class PolicyRunner:
    """A checkpoint that acts: the observations of one tick in, an action out.

    Args:
        checkpoint: Folder of the checkpoint or of its training run.
        contract: The robot's contract; None to take the checkpoint's own, e.g. offline.
        device: Torch device.

    Raises:
        AfilError: When the checkpoint is damaged, or was trained for another contract: the
            lines that differ are named.
    """

    def __init__(
        self, checkpoint: Path, contract: Contract | None = None, *, device: str = "cpu"
    ) -> None:
        self.checkpoint = load_checkpoint(checkpoint)
        if contract is not None:
            trained = self.checkpoint.contract
            require_same_contract(trained, contract, self.checkpoint.path)
        self.contract = self.checkpoint.contract
        self._transform = self.checkpoint.transform()
        try:
            self._method = self.checkpoint.method().to(device)
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise AfilError(f"device '{device}' can't be used here ({reason}); try cpu") from error
        self._method = self._method.to(memory_format=torch.channels_last)
        self._device = device

    def warm_up(self) -> float:
        """Run on blank observations until the first-call costs are paid.

        Returns:
            Seconds that the last run took.
        """
        blank = {s.name: s.blank() for s in self.contract.observations}
        seconds = 0.0
        for _ in range(_WARM_UP_RUNS):
            begun = time.perf_counter()
            self.act(blank)
            seconds = time.perf_counter() - begun
        return seconds

    def act(self, observations: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """The action for a tick's observations.

        Args:
            observations: Value of every stream of the contract.

        Returns:
            float64 [D] in the contract's units, not yet limited.
        """
        with torch.inference_mode():
            chunk = self._method.act(self._transform([observations]).to(self._device))
        action = self.checkpoint.normalization.action.invert(chunk[0, 0])
        return np.asarray(action.cpu().numpy(), dtype=np.float64)

    def attention(self, observations: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Where the policy looks: float32 [h, w] in [0, 1] at the feature map's size."""
        with torch.inference_mode():
            maps = self._method.attention(self._transform([observations]).to(self._device))
        return np.asarray(maps[self._transform.cameras[0]][0].cpu().numpy())
