"""Running a trained policy on aligned observations."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.data.normalization import Normalizer
from afil_policy.deploy.observations import Observations
from afil_policy.deploy.preflight import require_same_contract
from afil_policy.training.checkpoint import load_checkpoint

_WARM_UP_RUNS = 5
# Of a normalized action, whose values are about 1.
_LOSS = 0.02


def use_threads(count: int) -> None:
    """Let the network and the resizing of images have so many threads of the processor."""
    torch.set_num_threads(count)
    cv2.setNumThreads(count)


class PolicyRunner:
    """A checkpoint that acts: the observations of the last ticks in, an action chunk out.

    Args:
        checkpoint: Folder of the checkpoint or of its training run.
        contract: The robot's contract; None to take the checkpoint's own, e.g. offline.
        device: Torch device.

    Raises:
        AfilError: When the checkpoint is damaged, or was trained for another contract: the
            lines that differ are named.

    Attributes:
        prepare_s: How long the inputs of the last inference were prepared, s.
    """

    def __init__(
        self, checkpoint: Path, contract: Contract | None = None, *, device: str = "cpu"
    ) -> None:
        self.checkpoint = load_checkpoint(checkpoint)
        if contract is not None:
            trained = self.checkpoint.contract
            require_same_contract(trained, contract, self.checkpoint.path)
        require_invertible(self.checkpoint.normalization.action, self.checkpoint.path)
        self.contract = self.checkpoint.contract
        self._transform = self.checkpoint.transform()
        try:
            self._method = self.checkpoint.method().to(device)
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise AfilError(f"device '{device}' can't be used here ({reason}); try cpu") from error
        self._method = self._method.to(memory_format=torch.channels_last)
        self._device = device
        self.prepare_s = 0.0

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the observations that the policy looks at."""
        return self._transform.streams

    @property
    def frames(self) -> int:
        """Ticks that the policy sees at once."""
        return self._transform.frames

    @property
    def takes_prefix(self) -> bool:
        """Whether its method can begin a chunk with given actions."""
        return self._method.takes_prefix

    def warm_up(self) -> float:
        """Run on blank observations until the first-call costs are paid.

        Returns:
            Seconds that the last run took.
        """
        blank = {s.name: s.blank() for s in self.contract.observations}
        seconds = 0.0
        for _ in range(_WARM_UP_RUNS):
            begun = time.perf_counter()
            self.act([blank])
            seconds = time.perf_counter() - begun
        return seconds

    def act(
        self, history: Sequence[Observations], prefix: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """The next actions.

        Args:
            history: Values by stream of the last ticks, the newest last; the streams of
                :attr:`streams` are among them.
            prefix: Actions with which the chunk begins, float64 [N, D] in the contract's units,
                for a method that can (:attr:`takes_prefix`).

        Returns:
            float64 [H, D] in the contract's units, not yet limited.

        Raises:
            AfilError: When the network can't be run, e.g. for want of memory.
        """
        try:
            with torch.inference_mode():
                begun_s = time.perf_counter()
                observation = self._transform(history).to(self._device)
                self.prepare_s = time.perf_counter() - begun_s
                normalizer = self.checkpoint.normalization.action
                if prefix is None:
                    chunk = self._method.act(observation)
                else:
                    given = torch.from_numpy(prefix.astype(np.float32)).to(self._device)
                    begin = normalizer.apply(given)[None, : self.checkpoint.config.data.horizon]
                    chunk = self._method.go_on(observation, begin)
                actions = normalizer.invert(chunk[0])
                return np.asarray(actions.cpu().numpy(), dtype=np.float64)
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise AfilError(f"the policy can't be run on {self._device} ({reason})") from error

    def attention(self, history: Sequence[Observations]) -> dict[str, NDArray[np.float32]]:
        """Where the policy looks at the newest tick.

        Returns:
            By camera: float32 [h, w] in [0, 1] at the feature map's size.
        """
        with torch.inference_mode():
            maps = self._method.attention(self._transform(history).to(self._device))
        return {camera: np.asarray(found[0].cpu().numpy()) for camera, found in maps.items()}


def require_invertible(normalizer: Normalizer, checkpoint: Path) -> None:
    """Check that what a policy decides can be undone to what it learned from, and back.

    A scale that is tiny beside its shift loses the policy's decision in rounding: the robot
    would do the same whatever was decided.

    Raises:
        AfilError: Naming the numbers of the action that are lost.
    """
    decided = torch.tensor([[-3.0], [-0.5], [0.0], [0.5], [3.0]]).expand(-1, len(normalizer.names))
    back = normalizer.apply(normalizer.invert(decided))
    lost = ~((back - decided).abs() <= _LOSS).all(dim=0)
    if bool(lost.any()):
        names = ", ".join(n for n, is_lost in zip(normalizer.names, lost, strict=True) if is_lost)
        raise AfilError(
            f"checkpoint {checkpoint}: the normalization of {names} can't be inverted; its "
            f"normalization.json is damaged, or those numbers never moved: train again"
        )
